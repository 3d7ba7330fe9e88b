/**
 * Everything a report complains about as one kind of finding, for formats that know nothing of tests and coverage: its
 * diagnostics, tests that failed, and rules without a test where coverage was asked for and is too low.
 */
import { createHash } from 'node:crypto'
import { DIAGNOSTIC_CODES } from '../language/codes.ts'
import { type JsonDiagnostic, SEVERITIES } from '../language/render/json.ts'
import { missedGates, percentOf } from './covered.ts'
import { type Missing, missingIn } from './coverage-missing.ts'
import type { JsonTest, SavedReport } from './report-shape.ts'

export interface ReportFinding extends JsonDiagnostic {
  /**
   * The same finding in another revision of the files has the same: made from its code, file, hook and rule, and its number
   * among those that have all of that in common. Never from lines.
   */
  readonly fingerprint: string
}

export const TEST_FAILED = 'test-failed'
const NOT_COVERED = 'not-covered'
const SURVIVED = 'mutant-survived'

const OTHER_CODES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(DIAGNOSTIC_CODES),
  [TEST_FAILED, 'A test that fails'],
  [NOT_COVERED, 'Something that no test reaches, and coverage that is too low'],
  [SURVIVED, 'A change of the rules that no test notices'],
])

/** One line; the code itself when this Postern does not know it. */
export function codeMeaning(code: string): string {
  return OTHER_CODES.get(code) ?? code
}

export function findingsOf(report: SavedReport): readonly ReportFinding[] {
  return withFingerprints(complaints(report))
}

function complaints(report: SavedReport): readonly JsonDiagnostic[] {
  const { diagnostics, tests = [] } = report
  const failed = tests.filter(({ status }) => status === 'failed').map(failedTest)
  return [...diagnostics, ...failed, ...notCovered(report), ...survivors(report)]
}

export interface SuppressedFinding extends ReportFinding {
  readonly reason: string
}

/** What comments allow. */
export function suppressedIn(report: SavedReport): readonly SuppressedFinding[] {
  const { suppressed = [] } = report
  const others = complaints(report)
  const findings = withFingerprints([...others, ...suppressed.map(({ finding }) => finding)]).slice(others.length)
  return findings.map((finding, index) => ({ ...finding, reason: suppressed[index]?.reason ?? '' }))
}

/** Whether it fails the run, as `--fail-on` says. */
export function isFailing(
  { severity }: Pick<JsonDiagnostic, 'severity'>,
  { summary }: Pick<SavedReport, 'summary'>,
): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(summary.fail_on)
}

export function isGateMissed({ coverage }: Pick<SavedReport, 'coverage'>): boolean {
  return coverage !== undefined && missedGates(coverage).length > 0
}

export function hasTooManySurvivors({ mutation }: Pick<SavedReport, 'mutation'>): boolean {
  return mutation !== undefined && mutation.survived > mutation.max_survivors
}

/** One line: which test, and what is not as it says. */
export function testComplaint({ suite, name, mismatches, problems }: Complaint): string {
  const differs = mismatches.map(({ field, expected, actual }) => `${field} is ${actual}, not ${expected}`)
  return `${suite} › ${name}: ${[...differs, ...problems].join('; ')}`
}

type Complaint = Pick<JsonTest, 'suite' | 'name' | 'mismatches' | 'problems'>

function failedTest(test: JsonTest): JsonDiagnostic {
  const { suite, name, file, line, decided } = test
  return {
    ...onLine(file, line),
    code: TEST_FAILED,
    severity: 'error',
    message: testComplaint(test),
    hook: suite,
    rule: name,
    notes: decided === undefined ? [] : [decided],
  }
}

function notCovered(report: SavedReport): readonly JsonDiagnostic[] {
  const { coverage } = report
  const missed = coverage ? missedGates(coverage) : []
  if (!coverage || missed.length === 0) return []
  if (coverage.rules.total === 0) return nothingToCover(report)
  const kinds = new Set(missed.map(({ kind }) => kind))
  const rest = missed
    .map(
      ({ kind, covered, total, wanted }) =>
        `${percentOf(covered, total)} % of the ${kind} are covered, ${wanted} % are asked for`,
    )
    .join('; ')
  return missingIn(coverage)
    .filter(({ kind, what }) => kinds.has(kind) || what === 'never reached')
    .map((one) => notReached(one, rest))
}

function notReached({ file, line, what, text, rule, hook }: Missing, rest: string): JsonDiagnostic {
  const subject =
    rule === undefined ? `\`${text}\`` : rule === text ? `rule \`${rule}\`` : `rule \`${rule}\`, \`${text}\``
  return {
    ...onLine(file, line),
    code: NOT_COVERED,
    severity: 'error',
    message: `${subject}: ${what}; ${rest}`,
    ...(hook !== undefined && { hook }),
    ...(rule !== undefined && { rule }),
  }
}

/** Accepted ones are none of anybody's business, and neither are so few as may survive. */
function survivors(report: SavedReport): readonly JsonDiagnostic[] {
  if (!report.mutation || !hasTooManySurvivors(report)) return []
  return report.mutation.survivors
    .filter(({ accepted }) => accepted === undefined)
    .map(({ file, line, column, name, hook, what, diff }) => ({
      ...onLine(file, line),
      range: { start: { line, column }, end: { line, column } },
      code: SURVIVED,
      severity: 'error',
      message: `\`${name}\`: no test notices that ${what}`,
      ...(hook !== undefined && { hook }),
      rule: name,
      notes: diff.map(({ sign, text }) => `${sign} ${text}`),
    }))
}

function nothingToCover({ tests: [first] = [] }: SavedReport): readonly JsonDiagnostic[] {
  const message = 'coverage is asked for, and there are no rules to cover'
  return first ? [{ ...onLine(first.file, 1), code: NOT_COVERED, severity: 'error', message }] : []
}

type Placed = Pick<JsonDiagnostic, 'file' | 'range' | 'labels' | 'notes' | 'help' | 'fixes'>

function onLine(file: string, line: number): Placed {
  const start = { line, column: 1 }
  return { file, range: { start, end: start }, labels: [], notes: [], help: '', fixes: [] }
}

function withFingerprints(findings: readonly JsonDiagnostic[]): readonly ReportFinding[] {
  const seen = new Map<string, number>()
  return findings.map((finding) => {
    const { code, file, hook = '', rule = '' } = finding
    const key = JSON.stringify([code, file, hook, rule])
    const number = seen.get(key) ?? 0
    seen.set(key, number + 1)
    return { ...finding, fingerprint: createHash('sha256').update(`${key}${number}`).digest('hex').slice(0, 32) }
  })
}
