/** A report as Markdown (GitHub's dialect), for job summaries and comments. What files say stays text in it. */
import { codeMeaning, findingsOf, isGateMissed, type ReportFinding } from '../../testing/report-findings.ts'
import type { SavedReport } from '../../testing/report-shape.ts'
import { missingIn, missingText } from '../../testing/coverage-missing.ts'
import type { MutationReport } from '../../testing/mutation/report-shape.ts'
import { coverageLine, type JsonCoverage } from './coverage-lines.ts'
import { count } from '../counts.ts'
import { table, text } from './markdown-table.ts'
import { mutationLine, noticedBy, unacceptedIn } from './mutation-lines.ts'

export function renderMarkdown(report: SavedReport): string {
  const { command, failure, tests = [], coverage, mutation } = report
  const findings = findingsOf(report)
  const unfinished = tests.flatMap(({ status, suite, name, reason = '', file, line }) =>
    status === 'skipped' || status === 'todo' ? [[status, `${suite} › ${name}`, reason, `${file}:${line}`]] : [],
  )
  return [
    `### postern ${command}: ${verdict(report)}`,
    ...(failure === undefined ? [] : ['', text(failure)]),
    ...table(['', 'code', 'finding', 'place'], findings.map(row)),
    ...table(['', 'test', 'reason', 'place'], unfinished),
    ...(coverage ? coverageSection(coverage) : []),
    ...(mutation ? mutationSection(mutation) : []),
  ].join('\n')
}

function verdict(report: SavedReport): string {
  const { failure, summary, tests } = report
  if (failure !== undefined) return 'could not run'
  const { files, rules, error, warning, info, passed = 0, failed = 0, skipped = 0, todo = 0 } = summary
  const counts = tests
    ? [`${passed} passed`, `${failed} failed`, `${skipped} skipped`, `${todo} todo`]
    : [count(files, 'file'), count(rules ?? 0, 'rule')]
  const found = [count(error, 'error'), count(warning, 'warning'), `${info} info`]
  const gate = isGateMissed(report) ? ['too little coverage'] : []
  return [...counts, ...(error + warning + info > 0 ? found : []), ...gate].join(', ')
}

function row({ severity, code, message, help, file, range }: ReportFinding): readonly string[] {
  const helps = help === '' ? '' : ` (${help.replaceAll('\n', '; ')})`
  const { line, column } = range.start
  return [severity, `${code} ${codeMeaning(code)}`, `${message}${helps}`, `${file}:${line}:${column}`]
}

function coverageSection(coverage: JsonCoverage): readonly string[] {
  const missing = missingIn(coverage).map((one) => [one.what, missingText(one), one.at])
  return ['', text(coverageLine(coverage)), ...table(['missing', '', 'place'], missing)]
}

function mutationSection(mutation: MutationReport): readonly string[] {
  const rows = unacceptedIn(mutation).map((one) => [
    `${one.name}: ${one.what}`,
    noticedBy(one),
    `${one.file}:${one.line}:${one.column}`,
  ])
  return ['', text(mutationLine(mutation)), ...table(['survived', '', 'place'], rows)]
}
