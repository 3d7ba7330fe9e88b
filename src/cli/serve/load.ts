/** Loads a site for the daemon: read, checked, compiled, its lists indexed, its smoke tests passed, and nobody writing. */
import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { CompileEnvironment } from '../../compiler/compile-site.ts'
import { type LoadedSite, loadSite } from '../../compiler/load-site.ts'
import type { Clock } from '../../core/ports.ts'
import type { Site } from '../../core/site.ts'
import { placeOf, type Diagnostic, Report } from '../../language/diagnostic.ts'
import { judge } from '../../language/suppressions.ts'
import type { LoadResult, Problem } from '../../server/life/loading.ts'
import { sourceFault } from '../../ports/sources/open-source.ts'
import { questionFault } from '../../ports/questions/open-question.ts'
import { storeFault } from '../../ports/store/open-store.ts'
import { type FileMarks, readSteadily, type RecordedFiles } from '../../server/life/steady-read.ts'
import { runTestFile, type TestResult } from '../../testing/run-tests.ts'
import { offlineWorld } from '../offline.ts'
import { compileEnvironment, servedPolicies } from '../wiring.ts'

/** A reload waits until nobody has written for this long; a start does not wait. In milliseconds. */
const QUIET = { start: 0, reload: 200 } as const
/** Ten seconds of writing and more. */
const ATTEMPTS = 50

export interface Findings {
  readonly diagnostics: readonly Diagnostic[]
  /** Texts that they quote, by path. */
  readonly sources: ReadonlyMap<string, string>
}

export type LoadedWithFindings = Findings & { readonly result: LoadResult }

/** `path` is absolute. */
export async function loadForServing(
  path: string,
  when: keyof typeof QUIET,
  clock: Pick<Clock, 'after'>,
): Promise<LoadedWithFindings> {
  const { files } = compileEnvironment()
  const steady = await readSteadily({ files, clock, quiet: QUIET[when], attempts: ATTEMPTS }, (recorded) =>
    loadOnce(path, recorded),
  )
  if (steady.kind === 'steady') return { ...steady.value, result: resultOf(steady.value, steady.marks) }
  const problems = steady.paths.map((at) => ({
    code: 'files',
    at,
    message: 'this file is being written to all the time',
  }))
  return { diagnostics: [], sources: new Map(), result: { kind: 'refused', problems, marks: new Map() } }
}

interface LoadedOnce extends Findings {
  readonly loaded: LoadedSite
  readonly smoke: readonly Problem[]
  readonly code: readonly string[]
}

async function loadOnce(path: string, files: RecordedFiles): Promise<LoadedOnce> {
  const report = new Report()
  const code: string[] = []
  const plain = compileEnvironment(report)
  const environment: CompileEnvironment = {
    ...plain,
    files,
    offline: false,
    policySource: servedPolicies,
    sourceFault: (source) => sourceFault(source, fromEnvironment),
    questionFault: (question) => questionFault(question, fromEnvironment),
    storeFault: (place) => storeFault(place, fromEnvironment),
    breathe: () => setImmediate(),
    async importModule(module) {
      code.push(module)
      await files.note(module)
      return plain.importModule(module)
    },
  }
  const loaded = await loadSite(path, environment)
  const smoke = loaded.site ? await runSmoke(loaded.settings.life.smoke, path, loaded.site, environment) : []
  return { loaded, smoke, code, diagnostics: notAllowed(report, environment.sources), sources: environment.sources }
}

function fromEnvironment(name: string): string | undefined {
  return process.env[name]
}

/** What comments in the files allow is logged by nobody; what is wrong with such a comment is for `postern check` to say. */
function notAllowed(report: Report, sources: ReadonlyMap<string, string>): readonly Diagnostic[] {
  const today = new Date().toISOString().slice(0, 'YYYY-MM-DD'.length)
  return judge(report.sorted(), sources, { today, report: new Report() }).left
}

function resultOf({ loaded: { site, settings }, smoke, code, diagnostics }: LoadedOnce, marks: FileMarks): LoadResult {
  const problems = [...problemsOf(diagnostics, 'error'), ...smoke]
  if (!site || problems.length > 0) return { kind: 'refused', problems, marks }
  return { kind: 'loaded', site, settings, marks, code, warnings: problemsOf(diagnostics, 'warning') }
}

function problemsOf(diagnostics: readonly Diagnostic[], wanted: Diagnostic['severity']): readonly Problem[] {
  return diagnostics
    .filter(({ severity }) => severity === wanted)
    .map((diagnostic) => ({ code: diagnostic.code, at: placeOf(diagnostic), message: diagnostic.message }))
}

async function runSmoke(
  suites: readonly string[],
  path: string,
  site: Site,
  environment: CompileEnvironment,
): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const suite of suites) {
    const { results, diagnostics } = await runTestFile(suite, (await environment.files.read(suite)) ?? '', {
      ...environment,
      world: offlineWorld(),
      readMessage: readFile,
      isWanted: () => true,
      loaded: (asked) => (asked === path ? site : undefined),
    })
    problems.push(...problemsOf(diagnostics, 'error'), ...results.flatMap(failureOf))
    if (results.every(({ status }) => status === 'skipped'))
      problems.push({ code: 'smoke', at: suite, message: 'this suite has no test that runs' })
  }
  return problems
}

function failureOf({ suite, name, at, passed, mismatches, problems }: TestResult): readonly Problem[] {
  if (passed) return []
  const reasons = [
    ...mismatches.map(({ field, expected, actual }) => `${field} is ${actual}, not ${expected}`),
    ...problems,
  ]
  const message = `smoke test failed: ${suite} › ${name}: ${reasons.join('; ')}`
  return [{ code: 'smoke', at: placeOf(at), message }]
}
