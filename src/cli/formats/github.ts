/**
 * Workflow commands of GitHub Actions, which become annotations on the lines of a pull request.
 *
 * GitHub keeps ten of each kind for a step and drops the rest without a word, so the rest is counted here: errors come
 * first, and every code of a file once before any comes again. What a finding says cannot start a command of its own.
 */
import { type JsonDiagnostic, SEVERITIES } from '../../language/render/json.ts'
import { codeMeaning, findingsOf, type ReportFinding } from '../../testing/report-findings.ts'
import type { SavedReport } from '../../testing/report-shape.ts'
import { count } from '../counts.ts'
import { inTree } from './in-tree.ts'

const MOST_OF_A_KIND = 10

const KINDS: Readonly<Record<JsonDiagnostic['severity'], string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
}

export function renderGithub(report: SavedReport): string {
  const { failure } = report
  const failures = failure === undefined ? [] : [command('error', { title: 'postern' }, failure)]
  const findings = findingsOf(report)
  const shown = shownOf(findings, failures.length)
  const left = findings.length - shown.length
  return [...failures, ...shown.map(annotation), ...(left > 0 ? [restNotice(left, findings.length)] : [])].join('\n')
}

/** The notice about the rest is a notice too. */
function shownOf(findings: readonly ReportFinding[], failures: number): readonly ReportFinding[] {
  const room = { error: MOST_OF_A_KIND - failures, warning: MOST_OF_A_KIND, info: MOST_OF_A_KIND }
  const kinds = SEVERITIES.map((severity) => ({ severity, of: findings.filter((one) => one.severity === severity) }))
  const isCut = kinds.some(({ severity, of }) => of.length > room[severity])
  if (isCut) room.info -= 1
  return kinds.flatMap(({ severity, of }) => ranked(of).slice(0, room[severity]))
}

function ranked(findings: readonly ReportFinding[]): readonly ReportFinding[] {
  const seen = new Set<string>()
  const isFirst = ({ code, file }: ReportFinding): boolean => {
    const key = `${code} ${file}`
    return !seen.has(key) && Boolean(seen.add(key))
  }
  const firsts = new Set(findings.filter(isFirst))
  return [...firsts, ...findings.filter((finding) => !firsts.has(finding))]
}

function annotation({ severity, code, message, file, range: { start, end }, notes, help }: ReportFinding): string {
  const properties = {
    file: inTree(file),
    line: start.line,
    endLine: end.line,
    // GitHub draws columns within one line only.
    ...(start.line === end.line && start.column < end.column && { col: start.column, endColumn: end.column }),
    title: `${code}: ${codeMeaning(code)}`,
  }
  const helps = help === '' ? [] : help.split('\n').map((line) => `help: ${line}`)
  return command(KINDS[severity], properties, [message, ...notes, ...helps].join('\n'))
}

function restNotice(left: number, all: number): string {
  const text = `${left} of ${count(all, 'finding')} did not fit: GitHub shows ${MOST_OF_A_KIND} of a kind for a step. The job summary has all of them.`
  return command('notice', { title: 'postern' }, text)
}

function command(kind: string, properties: Readonly<Record<string, string | number>>, text: string): string {
  const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
  return `::${kind} ${written.join(',')}::${escapeData(text)}`
}

/** As the runner's own toolkit does it. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
