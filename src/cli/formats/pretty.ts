/**
 * A report for people: findings with the lines they are about, tests that fail with why, and a last line that says how
 * much was looked at.
 */
import { visible } from '../../language/render/display.ts'
import type { Lines } from '../../language/render/excerpt.ts'
import { drawDiagnostics } from '../../language/render/pretty.ts'
import { missedGates, percentOf } from '../../testing/covered.ts'
import { missingIn, missingText } from '../../testing/coverage-missing.ts'
import type { JsonTest, SavedReport } from '../../testing/report-shape.ts'
import { painter } from '../terminal.ts'
import { coverageLine, type JsonCoverage } from './coverage-lines.ts'
import { count } from '../counts.ts'
import type { Rendering } from './format.ts'
import { lastLine } from './last-line.ts'
import { mutationLines } from './mutation-lines.ts'

type Paint = ReturnType<typeof painter>

export function renderPrettyReport(report: SavedReport, { color, limit, verbose }: Rendering): string {
  const { diagnostics, tests = [], coverage, mutation, snapshots, failure, summary } = report
  const paint = painter(color)
  const shown = diagnostics.slice(0, limit)
  const failed = tests.filter(({ status }) => status === 'failed').slice(0, Math.max(0, limit - shown.length))
  const left = diagnostics.length + (summary.failed ?? 0) - shown.length - failed.length
  return [
    ...(shown.length > 0 ? [drawDiagnostics(shown, linesOf(report), { color })] : []),
    ...failed.map((test) => `${failureLines(test, paint).join('\n')}\n`),
    ...(left > 0 ? [`… and ${count(left, 'finding')} more: \`--max-diagnostics ${limit + left}\` shows all`] : []),
    ...(verbose ? fileLines(tests) : []),
    ...tests.flatMap((test) => unfinished(test, paint)),
    ...(failure === undefined ? [] : [`Could not run: ${visible(failure)}`]),
    ...(snapshots ? snapshotLines(snapshots) : []),
    ...(failure === undefined ? [lastLine(report)] : []),
    ...(coverage ? coverageLines(coverage, limit) : []),
    ...(coverage ? gateLines(coverage, paint) : []),
    ...(mutation ? mutationLines(mutation, limit, paint) : []),
  ].join('\n')
}

function linesOf({ excerpts }: SavedReport): ReadonlyMap<string, Lines> {
  const byFile = Map.groupBy(excerpts, ({ file }) => file)
  return new Map(
    [...byFile].map(([file, lines]) => {
      const texts = new Map(lines.map(({ line, text }) => [line, text]))
      return [file, { lineText: (line) => texts.get(line) ?? '' }]
    }),
  )
}

function failureLines(test: JsonTest, paint: Paint): readonly string[] {
  const { suite, name, file, line, mismatches, problems, decided, because } = test
  return [
    `${paint('red', '✗')} ${visible(`${suite} › ${name}`)}  ${paint('dim', visible(`${file}:${line}`))}`,
    ...mismatches.flatMap(({ field, expected, actual, about }, index) => [
      ...(about === undefined || about === mismatches[index - 1]?.about ? [] : [`    ${visible(about)}`]),
      paint('red', `    - ${visible(`${field}: ${expected}`)}`),
      paint('green', `    + ${visible(`${field}: ${actual}`)}`),
    ]),
    ...problems.map((problem) => `    ! ${visible(problem)}`),
    ...(decided === undefined ? [] : [`    got: ${visible(decided)}`]),
    ...because.map((reason) => `    why: ${visible(reason)}`),
  ]
}

function unfinished({ suite, name, status, reason = '', file, line }: JsonTest, paint: Paint): readonly string[] {
  if (status !== 'skipped' && status !== 'todo') return []
  return [
    `- ${visible(`${suite} › ${name}`)}  ${paint('dim', visible(`${file}:${line}`))}  ${status}: ${visible(reason)}`,
  ]
}

function fileLines(tests: readonly JsonTest[]): readonly string[] {
  const byFile = Map.groupBy(tests, ({ file }) => file)
  return [...byFile].map(([file, of]) => {
    const states = [...Map.groupBy(of, ({ status }) => status)].map(([status, some]) => `${some.length} ${status}`)
    return `  ${visible(file)}  ${states.join(', ')}`
  })
}

function coverageLines(coverage: JsonCoverage, limit: number): readonly string[] {
  const missing = missingIn(coverage)
  const width = Math.max(...missing.map(({ what }) => what.length))
  const rows = missing
    .slice(0, limit)
    .map((one) => `  ${one.what.padEnd(width)}  ${visible(`${one.at}  ${missingText(one)}`)}`)
  const left = missing.length - rows.length
  return [`C${coverageLine(coverage).slice(1)}`, ...rows, ...(left > 0 ? [`  … and ${left} more`] : [])]
}

function gateLines(coverage: JsonCoverage, paint: Paint): readonly string[] {
  return missedGates(coverage).map(({ kind, wanted, covered, total }) => {
    const of = kind === 'rules' ? '' : ` of ${kind}`
    return paint('red', `Coverage${of} is ${percentOf(covered, total)} %, and ${wanted} % is asked for`)
  })
}

function snapshotLines({ written, stale }: NonNullable<SavedReport['snapshots']>): readonly string[] {
  return [
    ...written.map((file) => `- wrote ${visible(file)}`),
    ...stale.map(({ file, line, name }) => `- ${visible(`${file}:${line}  a snapshot of no test: ${name}`)}`),
  ]
}
