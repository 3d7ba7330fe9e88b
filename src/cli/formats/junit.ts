/**
 * JUnit's XML, which every build server reads: suites of tests as they are; findings as tests of their file, which fail
 * where the finding fails the run. Without times: the same run is the same document.
 */
import { findingsOf, isFailing, type ReportFinding, TEST_FAILED } from '../../testing/report-findings.ts'
import type { JsonTest, SavedReport } from '../../testing/report-shape.ts'
import { count } from '../counts.ts'
import { element, onOwnLine, XML_HEAD, xmlText } from './xml.ts'

interface Case {
  readonly kind: 'passed' | 'failure' | 'skipped' | 'error'
  readonly xml: string
}

interface Suite {
  readonly name: string
  readonly file?: string
  readonly cases: readonly Case[]
}

export function renderJunit(report: SavedReport): string {
  const suites = [...testSuites(report), ...findingSuites(report), ...failureSuite(report)]
  const shown = suites.length > 0 ? suites : [cleanSuite(report)]
  // The skipped ones are counted by suite only: no schema has them here.
  const { skipped: _, ...all } = counts(shown.flatMap(({ cases }) => cases))
  const document = element('testsuites', { name: 'postern', ...all }, [...shown.map(suiteXml).map(onOwnLine), '\n'])
  return `${XML_HEAD}\n${document}`
}

function counts(cases: readonly Case[]): Readonly<Record<string, number>> {
  const of = (wanted: Case['kind']): number => cases.filter(({ kind }) => kind === wanted).length
  return { tests: cases.length, failures: of('failure'), errors: of('error'), skipped: of('skipped') }
}

function suiteXml({ name, file, cases }: Suite): string {
  return element('testsuite', { name, file, ...counts(cases) }, [...cases.map(({ xml }) => onOwnLine(xml)), '\n'])
}

function testSuites({ tests = [] }: SavedReport): readonly Suite[] {
  const bySuite = Map.groupBy(tests, ({ suite, file }) => JSON.stringify([suite, file]))
  return [...bySuite.values()].flatMap((of) => {
    const [first] = of
    return first ? [{ name: first.suite, file: first.file, cases: of.map(testCase) }] : []
  })
}

function testCase(test: JsonTest): Case {
  const { suite, name, file, line, status, reason = '' } = test
  const attributes = { name, classname: suite, file, line }
  if (status === 'passed') return { kind: 'passed', xml: element('testcase', attributes) }
  if (status === 'failed') return { kind: 'failure', xml: element('testcase', attributes, [failureOf(test)]) }
  const message = status === 'todo' ? `todo: ${reason}` : reason
  return { kind: 'skipped', xml: element('testcase', attributes, [element('skipped', { message })]) }
}

function failureOf({ mismatches, problems, decided, because }: JsonTest): string {
  const differs = mismatches.map(({ field, expected, actual }) => `${field} is ${actual}, not ${expected}`)
  const [message = ''] = [...differs, ...problems]
  const lines = [...differs, ...problems, ...(decided === undefined ? [] : [decided]), ...because]
  return element('failure', { type: differs.length > 0 ? 'decision' : 'problem', message }, [xmlText(lines.join('\n'))])
}

function findingSuites(report: SavedReport): readonly Suite[] {
  const findings = findingsOf(report).filter(({ code }) => code !== TEST_FAILED)
  const byFile = Map.groupBy(findings, ({ file }) => file)
  return [...byFile].map(([file, of]) => ({ name: file, file, cases: of.map((one) => findingCase(one, report)) }))
}

function findingCase(finding: ReportFinding, report: SavedReport): Case {
  const { code, severity, message, file, range, help } = finding
  const { line, column } = range.start
  const text = xmlText([`${file}:${line}:${column}: ${severity}[${code}] ${message}`, help].join('\n').trimEnd())
  const isFailure = isFailing(finding, report)
  const inside = isFailure ? element('failure', { type: severity, message }, [text]) : element('system-out', {}, [text])
  const attributes = { name: `${code} ${message}`, classname: file, file, line }
  return { kind: isFailure ? 'failure' : 'passed', xml: element('testcase', attributes, [inside]) }
}

function failureSuite({ failure: message, command }: SavedReport): readonly Suite[] {
  if (message === undefined) return []
  const xml = element('testcase', { name: command, classname: 'postern' }, [element('error', { message })])
  return [{ name: 'postern', cases: [{ kind: 'error', xml }] }]
}

/** Build servers take a report without tests for a broken one. */
function cleanSuite({ command, summary: { files, rules } }: SavedReport): Suite {
  const name = [count(files, 'file'), ...(rules === undefined ? [] : [count(rules, 'rule')])].join(', ')
  return { name: 'postern', cases: [{ kind: 'passed', xml: element('testcase', { name, classname: command }) }] }
}
