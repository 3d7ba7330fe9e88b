/** Reports made from what commands found: counts, exit code, paths as the user would type them. */
import type { Diagnostic, Severity } from '../../language/diagnostic.ts'
import type { Allowed } from '../../language/suppressions.ts'
import { excerptsOf, type JsonDiagnostic, toJsonDiagnostic } from '../../language/render/json.ts'
import { type Coverage, COVERAGE_KINDS, type CoverageKind, GATES } from '../../testing/covered.ts'
import type { MutationReport } from '../../testing/mutation/report-shape.ts'
import { hasTooManySurvivors, isFailing, isGateMissed } from '../../testing/report-findings.ts'
import {
  type Command,
  type JsonTest,
  REPORT_VERSION,
  type SavedReport,
  type Summary,
} from '../../testing/report-shape.ts'
import type { StaleSnapshot, TestResult } from '../../testing/run-tests.ts'
import { versionText } from '../commands/version.ts'
import { EXIT } from '../exit-code.ts'
import { shown, shownPlaces, withShownPaths } from '../find-files.ts'

export interface Found {
  readonly command: Exclude<Command, 'report'>
  readonly files: number
  readonly rules?: number
  readonly lists?: number
  readonly diagnostics: readonly Diagnostic[]
  /** Findings that a comment allows. */
  readonly allowed?: readonly Allowed[]
  /** Texts of files by their path. */
  readonly sources: ReadonlyMap<string, string>
  /** Absent for `check`. */
  readonly results?: readonly TestResult[]
  readonly bailed?: boolean
  readonly coverage?: Coverage
  readonly mutation?: MutationReport
  readonly stale?: readonly StaleSnapshot[]
  readonly written?: readonly string[]
  /** Why nothing was looked at, where nothing was. */
  readonly nothing: string | undefined
}

export type Gates = Readonly<Partial<Record<CoverageKind, number>>>

export interface Judging {
  readonly failOn: Severity
  readonly exitZero: boolean
  readonly allowEmpty: boolean
  /** Percentages that are asked for. */
  readonly failUnder: Gates | undefined
}

export function reportOf(found: Found, judging: Judging): SavedReport {
  const { command, results, coverage, mutation } = found
  const diagnostics = found.diagnostics.map(shownDiagnostic)
  const suppressed = found.allowed?.map(({ diagnostic, reason }) => ({ finding: shownDiagnostic(diagnostic), reason }))
  const sources = new Map([...found.sources].map(([path, text]) => [shown(path), text]))
  const draft: SavedReport = {
    ...head(command),
    summary: { ...counts(found, diagnostics), fail_on: judging.failOn, exit_code: EXIT.ok },
    diagnostics,
    ...(suppressed && suppressed.length > 0 && { suppressed }),
    ...(results && { tests: results.map(jsonTest) }),
    ...(coverage && { coverage: { ...coverage, ...gatesOf(judging.failUnder) } }),
    ...(mutation && { mutation }),
    ...snapshotsOf(found),
    excerpts: excerptsOf(
      [...diagnostics, ...(suppressed ?? []).map(({ finding }) => finding)],
      sources,
      new Set(coverage?.files.map(({ file }) => file)),
    ),
  }
  return judged(draft, found.nothing, judging)
}

/** The report of a command that could not run. */
export function failureReport(command: Command, failure: string, exitCode: number): SavedReport {
  const none = { files: 0, error: 0, warning: 0, info: 0 }
  return {
    ...head(command),
    summary: { ...none, fail_on: 'error', exit_code: exitCode },
    failure,
    diagnostics: [],
    excerpts: [],
  }
}

/** `--exit-zero` is about what was found; a command that could not run, or had nothing to do, says so. */
export function withoutFindings(exitCode: number): number {
  return exitCode === EXIT.findings ? EXIT.ok : exitCode
}

function head(command: Command): Pick<SavedReport, 'version' | 'tool' | 'command'> {
  return { version: REPORT_VERSION, tool: { name: 'postern', version: versionText() }, command }
}

function judged(draft: SavedReport, nothing: string | undefined, judging: Judging): SavedReport {
  const { diagnostics, tests = [], summary } = draft
  const isWrong =
    diagnostics.some((one) => isFailing(one, draft)) ||
    tests.some(({ status }) => status === 'failed') ||
    isGateMissed(draft) ||
    hasTooManySurvivors(draft)
  const isEmpty = nothing !== undefined && !isWrong && !judging.allowEmpty
  const exitCode = isWrong ? EXIT.findings : isEmpty ? EXIT.nothing : EXIT.ok
  return {
    ...draft,
    summary: { ...summary, exit_code: judging.exitZero ? withoutFindings(exitCode) : exitCode },
    ...(isEmpty && { failure: nothing }),
  }
}

function gatesOf(gates: Gates = {}): Readonly<Record<string, number>> {
  return Object.fromEntries(
    COVERAGE_KINDS.flatMap((kind) => (gates[kind] === undefined ? [] : [[GATES[kind], gates[kind]]])),
  )
}

function snapshotsOf({ stale = [], written = [] }: Found): Pick<SavedReport, 'snapshots'> {
  if (stale.length + written.length === 0) return {}
  const places = stale.map(({ name, at }) => ({ file: shown(at.file), line: at.range.start.line, name }))
  return { snapshots: { written, stale: places } }
}

function counts(
  { files, rules, lists, allowed, results, bailed }: Found,
  diagnostics: readonly JsonDiagnostic[],
): Omit<Summary, 'fail_on' | 'exit_code'> {
  const of = (wanted: Severity): number => diagnostics.filter(({ severity }) => severity === wanted).length
  const ended = (wanted: TestResult['status']): number => results?.filter(({ status }) => status === wanted).length ?? 0
  return {
    files,
    ...(rules !== undefined && { rules }),
    ...(lists !== undefined && { lists }),
    ...(allowed && { suppressed: allowed.length }),
    error: of('error'),
    warning: of('warning'),
    info: of('info'),
    ...(results && {
      passed: ended('passed'),
      failed: ended('failed'),
      skipped: ended('skipped'),
      todo: ended('todo'),
    }),
    ...(bailed && { bailed }),
  }
}

function shownDiagnostic(diagnostic: Diagnostic): JsonDiagnostic {
  return toJsonDiagnostic(withShownPaths(diagnostic))
}

function shownMismatch({ about, ...rest }: TestResult['mismatches'][number]): JsonTest['mismatches'][number] {
  return { ...rest, ...(about !== undefined && { about: shownPlaces(about) }) }
}

function jsonTest({ suite, name, at, status, reason, ...result }: TestResult): JsonTest {
  const { mismatches, problems, decided, because } = result
  return {
    suite,
    name,
    status,
    passed: status === 'passed',
    ...(reason !== undefined && { reason }),
    file: shown(at.file),
    line: at.range.start.line,
    mismatches: mismatches.map(shownMismatch),
    problems: problems.map(shownPlaces),
    ...(decided !== undefined && { decided: shownPlaces(decided) }),
    because: because.map(shownPlaces),
  }
}
