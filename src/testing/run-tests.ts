/** Runs policy tests: inline ones with their plugin alone, suites with the site or plugin they name. */
import { resolve } from 'node:path'
import { defaultLimits } from '../core/limits.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Program } from '../core/program.ts'
import { createDispatcher } from '../engine/dispatch.ts'
import { type Diagnostic, Report, type Span } from '../language/diagnostic.ts'
import { parseYaml } from '../language/yaml.ts'
import { compare, type Mismatch } from './compare.ts'
import { offlinePorts, type OfflineWorld } from './offline-ports.ts'
import { neverAsked } from './never-asked.ts'
import type { TestCase } from './test-case.ts'
import { readCases, type Subject, type SubjectEnvironment, subjectOf } from './test-subject.ts'
import { decidedBy, reasonsOf } from './test-reasons.ts'
import { walk } from './walk.ts'

export const TEST_STATES = ['passed', 'failed', 'skipped', 'todo'] as const

export interface TestResult {
  readonly suite: string
  readonly name: string
  readonly at: Span
  /** `todo`: it fails, as it says itself. */
  readonly status: (typeof TEST_STATES)[number]
  /** Nothing to complain about: its status is not `failed`. */
  readonly passed: boolean
  /** Why it was left out, or what is still to do. */
  readonly reason?: string
  readonly mismatches: readonly Mismatch[]
  /** What was asked of the world and not given, rules that were never asked, faults of the record, diagnostics of the plugin. */
  readonly problems: readonly string[]
  /** Of a test that does not hold: which rule decided what, if one did. */
  readonly decided?: string
  /** The comparisons that led to that decision. */
  readonly because: readonly string[]
}

export interface TestEnvironment extends SubjectEnvironment {
  readonly world: Omit<OfflineWorld, 'onMissingDns'>
  readonly readMessage: (path: string) => Promise<Buffer>
  /** Tests for which it says false are left out. Asked once for each, in order. */
  readonly isWanted: (test: { readonly suite: string; readonly name: string }) => boolean
  /** Is shown what every test asked, and the files of the plugins that it asked. */
  readonly observe?: (outcomes: readonly Outcome[], files: readonly string[]) => void
  /** Stop behind the first test that fails. */
  readonly bail?: boolean
}

export interface TestedFile {
  readonly results: readonly TestResult[]
  /** Findings about the test file itself. */
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: ReadonlyMap<string, string>
}

export async function runTestFile(path: string, text: string, environment: TestEnvironment): Promise<TestedFile> {
  const report = new Report()
  const sources = new Map([[path, text]])
  const root = parseYaml(text, path, report)
  const subject = root?.kind === 'map' ? subjectOf(root, path, report, environment) : undefined
  const cases = subject ? readCases(subject, report) : []
  const results = subject && report.errors === 0 ? await runCases(cases, subject, environment) : []
  return { results, diagnostics: report.sorted(), sources }
}

async function runCases(
  cases: readonly TestCase[],
  subject: Subject,
  environment: TestEnvironment,
): Promise<readonly TestResult[]> {
  const results: TestResult[] = []
  for (const test of cases.filter(({ name }) => environment.isWanted({ suite: subject.suite, name }))) {
    const result = resultOf(
      test,
      subject,
      test.skip === undefined ? await attempt(test, subject, environment) : SKIPPED,
    )
    results.push(result)
    if (environment.bail && !result.passed) return results
  }
  return results
}

/** `broken`: it could not run, so it says nothing about the rules. */
type Attempt = Pick<TestResult, 'mismatches' | 'problems' | 'decided' | 'because'> & {
  readonly kind: 'held' | 'failed' | 'broken' | 'skipped'
}

const NOTHING = { mismatches: [], problems: [], because: [] } as const
const SKIPPED: Attempt = { ...NOTHING, kind: 'skipped' }

function resultOf({ name, at, skip, todo }: TestCase, { suite }: Subject, attempted: Attempt): TestResult {
  const { kind, ...rest } = attempted
  const head = { suite, name, at, ...rest }
  if (kind === 'skipped')
    return { ...head, status: 'skipped', passed: true, ...(skip !== undefined && { reason: skip }) }
  if (todo === undefined || kind === 'broken')
    return kind === 'held' ? { ...head, status: 'passed', passed: true } : { ...head, status: 'failed', passed: false }
  if (kind === 'failed') return { ...head, status: 'todo', passed: true, reason: todo }
  const problems = [`it holds by now, and is still marked \`todo: ${todo}\`: delete the mark`]
  return { ...head, status: 'failed', passed: false, problems }
}

async function attempt(test: TestCase, subject: Subject, environment: TestEnvironment): Promise<Attempt> {
  const report = new Report()
  const { program, hostname, files } = await subject.compile(test, report)
  if (!program)
    return broken(report.sorted().map(({ file, range, message }) => `${file}:${range.start.line}: ${message}`))
  try {
    const { outcomes, ...judged } = await judge(test, subject, { program, hostname, environment })
    environment.observe?.(outcomes, files)
    return judged
  } catch (fault) {
    return broken([fault instanceof Error ? fault.message : String(fault)])
  }
}

function broken(problems: readonly string[]): Attempt {
  return { ...NOTHING, kind: 'broken', problems }
}

interface Judging {
  readonly program: Program
  readonly hostname: string
  readonly environment: TestEnvironment
}

async function judge(
  test: TestCase,
  { directory, isolated }: Subject,
  { program, hostname, environment }: Judging,
): Promise<Attempt & { readonly outcomes: readonly Outcome[] }> {
  const missing: string[] = []
  const ports = offlinePorts(test.given, { ...environment.world, onMissingDns: noteMissing(missing) })
  const { message: file } = test.given
  const message = file === undefined ? undefined : await environment.readMessage(resolve(directory, file))
  const dispatch = createDispatcher(program, { deadline: defaultLimits().handler_deadline, trace: true })
  const walked = await walk(test.given, { dispatch, hostname, isolated, message, ports })
  const { outcomes } = walked
  const wrong = test.expect.map(({ fields }) => ({ fields, mismatches: compare(fields, walked) }))
  const mismatches = wrong.flatMap((one) => one.mismatches)
  const problems = [...missing.map(unanswered), ...neverAsked(test, outcomes, program)]
  if (mismatches.length === 0 && problems.length === 0) return { ...NOTHING, kind: 'held', outcomes }
  const expected = wrong.find((one) => one.mismatches.length > 0)?.fields ?? {}
  const because = reasonsOf(expected, walked)
  return { kind: 'failed', outcomes, mismatches, problems, because, ...decidedBy(expected, walked) }
}

/** What a test does not answer is unknown to the rules, and a failure of the test. */
function noteMissing(missing: string[]): OfflineWorld['onMissingDns'] {
  return (question) => {
    missing.push(question)
    return { kind: 'failed', because: 'not in the test' }
  }
}

function unanswered(question: string): string {
  return `DNS was asked for \`${question}\`, which the test does not answer: add it to \`given.dns\``
}
