/**
 * Tests in the Test Anything Protocol, version 13, which readers of version 14 take too: the first line is the only difference
 * here, and `prove` of perl takes no later one.
 */
import { visible } from '../../language/render/display.ts'
import { findingsOf, isFailing, type ReportFinding, TEST_FAILED } from '../../testing/report-findings.ts'
import type { JsonTest, SavedReport } from '../../testing/report-shape.ts'
import { coverageLine } from './coverage-lines.ts'
import { mutationLine } from './mutation-lines.ts'

export function renderTap(report: SavedReport): string {
  const { tests = [], failure, summary, coverage, mutation } = report
  const others = findingsOf(report).filter((one) => one.code !== TEST_FAILED && isFailing(one, report))
  const points = [...tests.map(testPoint), ...others.map(findingPoint)]
  return [
    'TAP version 13',
    `1..${points.length}`,
    ...points.map((point, index) => point(index + 1)),
    ...(coverage ? [`# ${coverageLine(coverage)}`] : []),
    ...(mutation ? [`# ${mutationLine(mutation)}`] : []),
    ...(summary.bailed ? ['Bail out! stopped behind the first test that failed'] : []),
    ...(failure === undefined ? [] : [`Bail out! ${visible(failure)}`]),
  ].join('\n')
}

type Point = (number: number) => string

function testPoint({ suite, name, status, reason = '', file, line, ...result }: JsonTest): Point {
  const description = escaped(`${suite} › ${name}`)
  if (status === 'passed') return (number) => `ok ${number} - ${description}`
  if (status === 'skipped') return (number) => `ok ${number} - ${description} # SKIP ${visible(reason)}`
  const { mismatches, problems, decided, because } = result
  const block = yamlBlock({
    at: `${file}:${line}`,
    ...(mismatches.length > 0 && { mismatches }),
    ...(problems.length > 0 && { problems }),
    ...(decided !== undefined && { decided }),
    ...(because.length > 0 && { because }),
  })
  const directive = status === 'todo' ? ` # TODO ${visible(reason)}` : ''
  return (number) => `not ok ${number} - ${description}${directive}\n${block}`
}

function findingPoint({ code, message, file, range, severity, help }: ReportFinding): Point {
  const block = yamlBlock({ at: `${file}:${range.start.line}:${range.start.column}`, severity, ...(help && { help }) })
  return (number) => `not ok ${number} - ${escaped(`${code}: ${message}`)}\n${block}`
}

/** A number sign begins a directive. */
function escaped(text: string): string {
  return visible(text).replace(/[\\#]/g, '\\$&')
}

/** JSON is YAML. */
function yamlBlock(values: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(values).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`)
  return ['  ---', ...lines, '  ...'].join('\n')
}
