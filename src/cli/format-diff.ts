/** The comparison of two sites, for people: on a terminal, and as Markdown for a review. */
import type { Spoken } from '../testing/diff/compare.ts'
import type { DiffReport, ShownDifference } from '../testing/diff/report.ts'
import type { Touched } from '../testing/diff/traffic.ts'
import { counted } from './counts.ts'
import { shownPlaces } from './find-files.ts'
import { table } from './formats/markdown-table.ts'
import { painter } from './terminal.ts'

/** Rules named in one line. */
const MOST_NAMED = 12

export function renderDiff(report: DiffReport, { color }: { readonly color: boolean }): string {
  const paint = painter(color)
  return [
    paint('bold', headLine(report)),
    ...changedLines(report),
    ...report.differences.flatMap((one) => ['', paint('bold', titleOf(one)), ...linesOf(one, report)]),
    ...recordedLines(report),
    ...closing(report),
    ...(report.gates.length > 0 ? [''] : []),
    ...report.gates.map(({ gate, passed }) => paint(passed ? 'green' : 'red', gateLine(gate, passed))),
  ].join('\n')
}

function headLine({ proved_same: isSame, differences, changed }: DiffReport): string {
  if (isSame) return 'the same: the rules of both are equal, with their lists and parameters'
  return `${counted(changed.length, 'rule')} changed, ${counted(differences.length, 'difference')} found`
}

function changedLines({ changed, besides }: DiffReport): readonly string[] {
  const rows = changed
    .slice(0, MOST_NAMED)
    .map(({ what, hook, plugin, rule }) => `  ${what.padEnd(8)} ${plugin}/${rule} at ${hook}`)
  const more = changed.length - rows.length
  return [
    ...rows,
    ...(more > 0 ? [`  and ${more} more; -f json has all`] : []),
    ...(besides.length > 0 ? [`  besides  ${besides.join(', ')}`] : []),
  ]
}

function titleOf({ change, hook, by }: Pick<ShownDifference, 'change' | 'hook' | 'by'>): string {
  return `${change} at ${hook} by ${by}`
}

function linesOf({ session, before, after, touched }: ShownDifference, { traffic }: DiffReport): readonly string[] {
  return [
    `  new: ${clientOf(session)} → ${outcomeOf(after)}${whoOf(after)}`,
    `  before: ${outcomeOf(before)}${whoOf(before)}`,
    `  session: ${JSON.stringify(session)}`,
    ...(touched && traffic ? [`  ${touchedText(touched, traffic.decisions)}`] : []),
  ]
}

/** Who comes, as far as it matters. */
function clientOf({ remote_ip: ip, sender, rcpt }: ShownDifference['session']): string {
  return ip ?? `<${sender ?? ''}> to <${[rcpt ?? ''].flat().join(', ')}>`
}

function outcomeOf({ ending, reply }: Spoken): string {
  return ending === 'accept' ? 'accept' : reply === '' ? ending : reply
}

function whoOf({ by, at }: Spoken): string {
  if (by === undefined) return ''
  return ` (${by}${at === undefined ? '' : `, ${shownPlaces(at)}`})`
}

function touchedText(touched: Touched | { readonly count: 0 }, decisions: number): string {
  const first = 'first' in touched ? `, first: ${touched.first.time} ${touched.first.id}` : ''
  return `touches ${counted(touched.count)} of ${counted(decisions, 'recorded decision')}${first}`
}

function recordedLines({ traffic }: DiffReport): readonly string[] {
  if (!traffic) return []
  const { decisions, undetermined, others } = traffic
  return [
    ...others.flatMap(({ change, by, ...touched }) => [
      '',
      `${change} by ${by}, in the record only`,
      `  ${touchedText(touched, decisions)}`,
    ]),
    '',
    `${counted(decisions, 'recorded decision')}, ${counted(undetermined)} of them undetermined`,
  ]
}

function closing(report: DiffReport): readonly string[] {
  const { proved_same: isSame, without_difference: without, differences, not_proved: doubts, tried } = report
  if (isSame) return []
  const what = differences.length > 0 ? 'no other difference' : 'no difference'
  return [
    '',
    ...(without.length > 0 ? [`no difference found for ${without.slice(0, MOST_NAMED).join(', ')}`] : []),
    `${what} in ${counted(tried, 'session')}; that is no proof:`,
    ...doubts.map((doubt) => `  ${doubt}`),
  ]
}

function gateLine(gate: string, passed: boolean): string {
  return `gate ${gate}  ${passed ? 'met' : 'NOT MET'}`
}

export function renderDiffMarkdown(report: DiffReport): string {
  const { differences, traffic, gates, changed } = report
  const rows = differences.map((one) => [
    titleOf(one),
    `${outcomeOf(one.before)}${whoOf(one.before)}`,
    `${outcomeOf(one.after)}${whoOf(one.after)}`,
    `\`${JSON.stringify(one.session)}\``,
    ...(traffic ? [String(one.touched?.count ?? 0)] : []),
  ])
  const others = (traffic?.others ?? []).map(({ change, by, count }) => [`${change} by ${by}`, String(count)])
  return [
    `### postern diff: ${headLine(report)}`,
    ...table(
      ['difference', 'before', 'new', 'a session that shows it', ...(traffic ? ['recorded decisions'] : [])],
      rows,
    ),
    ...table(['in the record only', 'recorded decisions'], others),
    ...table(
      ['changed', 'rule', 'hook'],
      changed.map(({ what, plugin, rule, hook }) => [what, `${plugin}/${rule}`, hook]),
    ),
    ...table(
      ['not proved'],
      report.not_proved.map((doubt) => [doubt]),
    ),
    ...table(
      ['gate', ''],
      gates.map(({ gate, passed }) => [gate, passed ? 'met' : 'not met']),
    ),
  ].join('\n')
}
