/** The comparison of two sites, for people: on a terminal, and as Markdown for a review. */
import type { Spoken } from '../../testing/diff/compare.ts'
import type { DiffReport, ShownDifference } from '../../testing/diff/report.ts'
import type { Touched } from '../../testing/diff/traffic.ts'
import { counted } from '../counts.ts'
import { visible } from '../../language/render/display.ts'
import { shownPlaces } from '../find-files.ts'
import { table } from '../formats/markdown-table.ts'
import { painter } from '../terminal.ts'

/** Rules named in one line. */
const MOST_NAMED = 12

export function renderDiff(report: DiffReport, { color }: { readonly color: boolean }): string {
  const paint = painter(color)
  return [
    paint('bold', headLine(report)),
    ...changedLines(report),
    ...report.differences.flatMap((one) => ['', paint('bold', titleOf(one)), ...linesOf(one, report)]),
    ...recordedLines(report),
    ...besideLines(report),
    ...closing(report),
    ...(report.gates.length > 0 ? [''] : []),
    ...report.gates.map(({ gate, passed }) => paint(passed ? 'green' : 'red', gateLine(gate, passed))),
  ].join('\n')
}

function headLine({ proved_same: isSame, differences, changed, settings, policies }: DiffReport): string {
  if (isSame && settings.length + policies.length === 0)
    return 'the same: the rules of both are equal, with their lists, parameters, policies and settings'
  if (isSame) return 'the rules of both are equal, with their lists and parameters'
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

/** What was compared as it stands there, whatever sessions it is about. */
function besideLines({ lists, policies, settings }: DiffReport): readonly string[] {
  return [
    ...titled('lists', lists.map(listLine)),
    ...titled(
      'policies of recipients',
      policies.flatMap(({ what, policy, keys }) => [
        `${what.padEnd(8)} ${policy}`,
        ...(what === 'removed' ? [] : keys.map((key) => `  ${settingText(key)}`)),
      ]),
    ),
    ...titled('settings of the site', settings.map(settingText)),
  ]
}

/** Of one kind. */
const MOST_LINES = 40

function titled(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return []
  const more = lines.length > MOST_LINES ? [`  and ${lines.length - MOST_LINES} more lines; -f json has all`] : []
  return ['', title, ...lines.slice(0, MOST_LINES).map((line) => `  ${line}`), ...more]
}

function listLine({ list, added, removed, read_by: readers }: DiffReport['lists'][number]): string {
  const parts = [
    ...(added.count > 0 ? [`${added.count.toLocaleString('en')} added (${someOf(added)})`] : []),
    ...(removed.count > 0 ? [`${removed.count.toLocaleString('en')} removed (${someOf(removed)})`] : []),
  ]
  return `${list}: ${parts.join(', ')}; read by ${readers.slice(0, MOST_NAMED).join(', ')}`
}

function someOf({ count, some }: DiffReport['lists'][number]['added']): string {
  return visible(`${some.join(', ')}${count > some.length ? ', …' : ''}`)
}

function settingText({ key, before = 'not set', after = 'not set' }: DiffReport['settings'][number]): string {
  return visible(`${key}: ${before} → ${after}`)
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
      ['list', 'added', 'removed', 'read by'],
      report.lists.map(({ list, added, removed, read_by: readers }) => [
        list,
        `${added.count} ${someOf(added)}`,
        `${removed.count} ${someOf(removed)}`,
        readers.join(', '),
      ]),
    ),
    ...table(
      ['policy', '', 'key', 'before', 'new'],
      report.policies.flatMap(({ what, policy, keys }) =>
        keys.map(({ key, before = '', after = '' }) => [policy, what, key, before, after]),
      ),
    ),
    ...table(
      ['setting', 'before', 'new'],
      report.settings.map(({ key, before = '', after = '' }) => [key, before, after]),
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
