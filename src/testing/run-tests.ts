/** Runs policy tests: inline ones with their plugin alone, suites with the site or plugin they name. */
import type { Outcome } from '../core/outcome.ts'
import { reasonOf } from '../core/reason.ts'
import { type Diagnostic, Report, type Span } from '../language/diagnostic.ts'
import { parseYaml } from '../language/yaml/parse.ts'
import type { Mismatch } from './compare.ts'
import { judge, type Stage, type Stored } from './judge.ts'
import type { TEST_STATES } from './report-shape.ts'
import { readSnapshots, type Snapshot, snapshotPath, type StoredSnapshot } from './snapshot.ts'
import type { TestCase } from './test-case.ts'
import { readCases, type Subject, type SubjectEnvironment, subjectOf } from './test-subject.ts'

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
  /** What it decides, where it is compared with a snapshot. */
  readonly snapshot?: Snapshot
}

export interface TestEnvironment extends SubjectEnvironment {
  readonly world: Stage['world']
  readonly readMessage: Stage['readMessage']
  /** Tests for which it says false are left out. Asked once for each, in order. */
  readonly isWanted: (test: { readonly suite: string; readonly name: string }) => boolean
  /** Is shown each test that ran, what it asked, and the files of the plugins that it asked. */
  readonly observe?: (outcomes: readonly Outcome[], files: readonly string[], test: PreparedTest) => void
  /** Stop behind the first test that fails. */
  readonly bail?: boolean
  /** What is stored does not count: it is about to be written anew. */
  readonly updatesSnapshots?: boolean
}

/** A test with what it judges. */
export interface PreparedTest {
  readonly test: TestCase
  readonly subject: Subject
  readonly stored: StoredSnapshot | undefined
  /** Another test of the file has a snapshot under the same name. */
  readonly hasTwin: boolean
}

export interface PreparedFile {
  readonly tests: readonly PreparedTest[]
  readonly snapshots: ReadonlyMap<string, StoredSnapshot>
  /** Findings about the test file itself. */
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: ReadonlyMap<string, string>
}

export interface TestedFile extends Pick<PreparedFile, 'diagnostics' | 'sources'> {
  readonly results: readonly TestResult[]
  /** Snapshots that no test has any more; known when all tests of the file ran. */
  readonly stale: readonly StaleSnapshot[]
  /** What is to be stored by now. */
  readonly snapshots: ReadonlyMap<string, Snapshot>
}

export interface StaleSnapshot {
  readonly name: string
  readonly at: Span
}

export async function runTestFile(path: string, text: string, environment: TestEnvironment): Promise<TestedFile> {
  const { tests, snapshots, diagnostics, sources } = await prepareTests(path, text, environment)
  const wanted = tests.filter(({ subject, test: { name } }) => environment.isWanted({ suite: subject.suite, name }))
  const results: TestResult[] = []
  for (const test of wanted) {
    results.push(await runTest(test, environment))
    if (environment.bail && results.at(-1)?.passed === false) break
  }
  const isWhole = results.length === tests.length && diagnostics.length === 0
  const stale = isWhole ? staleSnapshots(tests, snapshots) : []
  return { results, diagnostics, sources, stale, snapshots: nextSnapshots(results, snapshots, stale) }
}

export async function prepareTests(
  path: string,
  text: string,
  environment: Pick<TestEnvironment, 'files' | 'trees'>,
): Promise<PreparedFile> {
  const report = new Report()
  const root = parseYaml(text, path, report)
  if (root?.kind === 'map' && report.errors === 0) environment.trees?.set(path, root)
  const subject = root?.kind === 'map' ? subjectOf(root, path, report) : undefined
  const cases = subject ? readCases(subject, report) : []
  const stored = snapshotPath(path)
  const snapshotText = await environment.files.read(stored)
  const snapshots = readSnapshots(snapshotText === undefined ? undefined : parseYaml(snapshotText, stored, report))
  const isSound = subject !== undefined && report.errors === 0
  return {
    tests: isSound ? cases.map((test) => prepared(test, { subject, snapshots, cases })) : [],
    snapshots,
    diagnostics: report.sorted(),
    sources: new Map([[path, text], ...(snapshotText === undefined ? [] : [[stored, snapshotText] as const])]),
  }
}

/** Of tests that did not run, what was stored before. */
function nextSnapshots(
  results: readonly TestResult[],
  stored: PreparedFile['snapshots'],
  stale: readonly StaleSnapshot[],
): TestedFile['snapshots'] {
  const dropped = new Set(stale.map(({ name }) => name))
  const kept = [...stored].filter(([name]) => !dropped.has(name)).map(([name, { lines }]) => [name, lines] as const)
  const taken = results.flatMap(({ name, snapshot }) => (snapshot ? [[name, snapshot] as const] : []))
  return new Map([...kept, ...taken])
}

interface Prepared {
  readonly subject: Subject
  readonly snapshots: PreparedFile['snapshots']
  readonly cases: readonly TestCase[]
}

function prepared(test: TestCase, { subject, snapshots, cases }: Prepared): PreparedTest {
  const hasTwin = test.snapshot && cases.some((one) => one !== test && one.snapshot && one.name === test.name)
  return { test, subject, stored: snapshots.get(test.name), hasTwin }
}

function staleSnapshots(
  tests: readonly PreparedTest[],
  snapshots: ReadonlyMap<string, StoredSnapshot>,
): readonly StaleSnapshot[] {
  const names = new Set(tests.filter(({ test }) => test.snapshot).map(({ test }) => test.name))
  return [...snapshots].flatMap(([name, { at }]) => (names.has(name) ? [] : [{ name, at }]))
}

/** `broken`: it could not run, so it says nothing about the rules. */
type Attempt = Pick<TestResult, 'mismatches' | 'problems' | 'decided' | 'because' | 'snapshot'> & {
  readonly kind: 'held' | 'failed' | 'broken' | 'skipped'
}

const NOTHING = { mismatches: [], problems: [], because: [] } as const
const SKIPPED: Attempt = { ...NOTHING, kind: 'skipped' }

export async function runTest(given: PreparedTest, environment: TestEnvironment): Promise<TestResult> {
  const { test, subject } = given
  return resultOf(test, subject, test.skip === undefined ? await attempt(given, environment) : SKIPPED)
}

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

async function attempt(given: PreparedTest, environment: TestEnvironment): Promise<Attempt> {
  const { test, subject, stored, hasTwin } = given
  if (hasTwin) return broken(['another test of this file has the same name, and so the same snapshot: give it its own'])
  const { world, readMessage, vocabulary } = environment
  const report = new Report()
  const { program, hostname, policies, files } = await subject.compile(test, report, environment)
  if (!program)
    return broken(report.sorted().map(({ file, range, message }) => `${file}:${range.start.line}: ${message}`))
  const { isolated, directory } = subject
  const words = new Set(vocabulary.matchers.keys())
  const against: Stored = environment.updatesSnapshots ? 'not compared' : stored?.lines
  try {
    const openPolicies = environment.policySource
    const stage = { program, policies, openPolicies, hostname, isolated, directory, world, readMessage, words }
    const { outcomes, holds, ...judged } = await judge(test, stage, against)
    environment.observe?.(outcomes, files, given)
    return { ...judged, kind: holds ? 'held' : 'failed' }
  } catch (fault) {
    return broken([reasonOf(fault)])
  }
}

function broken(problems: readonly string[]): Attempt {
  return { ...NOTHING, kind: 'broken', problems }
}
