/** Runs policy tests: inline ones with their plugin alone, suites with the site or plugin they name. */
import { dirname, resolve } from 'node:path'
import { defaultLimits } from '../core/limits.ts'
import type { Program } from '../core/program.ts'
import type { Site } from '../core/site.ts'
import { type CompileEnvironment, compileSite, type SiteSpec } from '../compiler/compile-site.ts'
import { loadSite } from '../compiler/load-site.ts'
import { isPath } from '../compiler/resolve-entries.ts'
import { siteDirectory } from '../compiler/site-directory.ts'
import { createDispatcher } from '../engine/dispatch.ts'
import { type Diagnostic, Report, type Span } from '../language/diagnostic.ts'
import { type MapNode, type SeqNode, textOf, toJson, valueOf } from '../language/node.ts'
import { readPluginFile } from '../language/plugin-file.ts'
import { parseYaml } from '../language/yaml.ts'
import { isSuite, isTest } from './check-tests.ts'
import { compare, type Mismatch } from './compare.ts'
import { offlinePorts, type OfflineWorld } from './offline-ports.ts'
import type { SessionRecord } from './session-record.ts'
import { readTestCase, type TestCase } from './test-case.ts'
import { type Walked, walk } from './walk.ts'

export interface TestResult {
  readonly suite: string
  readonly name: string
  readonly at: Span
  readonly passed: boolean
  readonly mismatches: readonly Mismatch[]
  /** What was asked of the world and not given, faults of the record, diagnostics of the plugin. */
  readonly problems: readonly string[]
  /** The comparisons that led to the last decision. */
  readonly because: readonly string[]
}

export interface TestEnvironment extends Omit<CompileEnvironment, 'report' | 'sources'> {
  readonly world: Omit<OfflineWorld, 'onMissingDns'>
  readonly readMessage: (path: string) => Promise<Buffer>
  /** Tests for which it says false are left out. */
  readonly isWanted: (test: { readonly suite: string; readonly name: string }) => boolean
  /** A site that is loaded already, by the path of its file: its tests judge what is going to serve. */
  readonly loaded?: (path: string) => Pick<Site, 'program' | 'hostname'> | undefined
}

export interface TestedFile {
  readonly results: readonly TestResult[]
  /** Findings about the test file itself. */
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: ReadonlyMap<string, string>
}

/** What a file's tests run against. */
interface Subject {
  readonly suite: string
  readonly tests: SeqNode
  readonly given: SessionRecord
  readonly directory: string
  /** One plugin alone. */
  readonly isolated: boolean
  compile(test: TestCase, report: Report): Promise<{ readonly program: Program | undefined; readonly hostname: string }>
}

const HOSTNAME = 'mx.example.org'

export async function runTestFile(path: string, text: string, environment: TestEnvironment): Promise<TestedFile> {
  const report = new Report()
  const sources = new Map([[path, text]])
  const root = parseYaml(text, path, report)
  const subject = root?.kind === 'map' ? subjectOf(root, path, report, environment) : undefined
  const cases = subject ? readCases(subject, report) : []
  const results: TestResult[] = []
  if (subject && report.errors === 0) {
    const wanted = cases.filter(({ name }) => environment.isWanted({ suite: subject.suite, name }))
    for (const test of wanted) results.push(await runTest(test, subject, environment))
  }
  return { results, diagnostics: report.sorted(), sources }
}

function subjectOf(root: MapNode, path: string, report: Report, environment: TestEnvironment): Subject | undefined {
  if (valueOf(root, 'suite')) return suiteSubject(root, path, report, environment)
  const { tests, name } = readPluginFile(path, root, report)
  if (!tests) return undefined
  return {
    suite: name,
    tests,
    given: {},
    directory: dirname(path),
    isolated: true,
    compile: (test, inner) => compilePlugin(path, test, inner, environment),
  }
}

function suiteSubject(root: MapNode, path: string, report: Report, environment: TestEnvironment): Subject | undefined {
  if (!isSuite(root, report)) return undefined
  const tests = valueOf(root, 'tests')
  const given = valueOf(root, 'given')
  const directory = dirname(path)
  const site = textOf(valueOf(root, 'site'))
  const plugin = textOf(valueOf(root, 'plugin'))
  if (tests?.kind !== 'seq' || (site === undefined && plugin === undefined)) {
    report.add({
      code: 'CFG103',
      at: valueOf(root, 'suite')?.at ?? root.at,
      message: 'a suite names what it tests',
      help: 'add `site: ../postern.yaml` or `plugin: ./rules/house.yaml`',
    })
    return undefined
  }
  const common = {
    suite: textOf(valueOf(root, 'suite')) ?? path,
    tests,
    given: given ? (toJson(given) as SessionRecord) : {},
    directory,
  }
  if (site !== undefined)
    return {
      ...common,
      isolated: false,
      compile: (_, inner) => compileWholeSite(resolve(directory, site), inner, environment),
    }
  const use = isPath(plugin ?? '') ? resolve(directory, plugin ?? '') : (plugin ?? '')
  return { ...common, isolated: true, compile: (test, inner) => compilePlugin(use, test, inner, environment) }
}

function readCases({ tests, given }: Subject, report: Report): readonly TestCase[] {
  const valid = tests.items.filter((node): node is MapNode => isTest(node, report))
  return valid.map((node) => readTestCase(node, given))
}

async function compilePlugin(
  use: string,
  test: TestCase,
  report: Report,
  environment: TestEnvironment,
): ReturnType<Subject['compile']> {
  const directory = await siteDirectory(test.at.file, environment.files)
  const spec: SiteSpec = {
    hostname: HOSTNAME,
    entries: [{ use, at: test.at, args: test.args, match: undefined, unless: undefined, mode: undefined }],
    localDomains: test.localDomains ?? { kind: 'seq', at: test.at, items: [] },
    place: { directory, defaults: directory, lenient: true },
  }
  const { program } = await compileSite(spec, { ...environment, report, sources: new Map() })
  return { program, hostname: HOSTNAME }
}

async function compileWholeSite(
  path: string,
  report: Report,
  environment: TestEnvironment,
): ReturnType<Subject['compile']> {
  const loaded = environment.loaded?.(path)
  const site = loaded ?? (await loadSite(path, { ...environment, report, sources: new Map() })).site
  return { program: site?.program, hostname: site?.hostname ?? HOSTNAME }
}

async function runTest(test: TestCase, subject: Subject, environment: TestEnvironment): Promise<TestResult> {
  const report = new Report()
  const { program, hostname } = await subject.compile(test, report)
  const failed = (problems: readonly string[]): TestResult => ({
    ...headOf(test, subject),
    passed: false,
    mismatches: [],
    problems,
    because: [],
  })
  if (!program)
    return failed(report.sorted().map(({ file, range, message }) => `${file}:${range.start.line}: ${message}`))
  const missing: string[] = []
  try {
    const ports = offlinePorts(test.given, { ...environment.world, onMissingDns: noteMissing(missing) })
    const message = await messageOf(test, subject, environment)
    const dispatch = createDispatcher(program, { deadline: defaultLimits().handler_deadline, trace: true })
    return judge(
      test,
      subject,
      await walk(test.given, { dispatch, hostname, isolated: subject.isolated, message, ports }),
      missing,
    )
  } catch (fault) {
    return failed([fault instanceof Error ? fault.message : String(fault)])
  }
}

/** What a test does not answer is unknown to the rules, and a failure of the test. */
function noteMissing(missing: string[]): OfflineWorld['onMissingDns'] {
  return (question) => {
    missing.push(question)
    return { kind: 'failed', because: 'not in the test' }
  }
}

async function messageOf(
  { given }: TestCase,
  { directory }: Subject,
  { readMessage }: TestEnvironment,
): Promise<Buffer | undefined> {
  return given.message === undefined ? undefined : readMessage(resolve(directory, given.message))
}

function headOf({ name, at }: TestCase, { suite }: Subject): Pick<TestResult, 'suite' | 'name' | 'at'> {
  return { suite, name, at }
}

function judge(test: TestCase, subject: Subject, walked: Walked, missing: readonly string[]): TestResult {
  const mismatches = test.expect.flatMap(({ fields }) => compare(fields, walked))
  const problems = missing.map(
    (question) => `DNS was asked for \`${question}\`, which the test does not answer: add it to \`given.dns\``,
  )
  const passed = mismatches.length === 0 && problems.length === 0
  return { ...headOf(test, subject), passed, mismatches, problems, because: passed ? [] : reasons(walked) }
}

function reasons({ decisions }: Walked): readonly string[] {
  const atoms = decisions.at(-1)?.trace.at(-1)?.atoms ?? []
  return atoms.map(
    ({ test, truth, saw, because }) =>
      `${test} → ${truth}${saw === undefined ? '' : `, saw ${saw}`}${because === undefined ? '' : ` (${because})`}`,
  )
}
