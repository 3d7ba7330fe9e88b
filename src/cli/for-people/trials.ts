/** What rules on trial have shown, for people: on a terminal, and as Markdown for whoever decides. */
import type { TrialChange, TrialExample, TrialRow } from '../../testing/trial-row.ts'
import type { TrialReport } from '../../testing/trials.ts'
import { visible } from '../../language/render/display.ts'
import { count, counted } from '../counts.ts'
import { shownPlaces } from '../find-files.ts'
import { table } from '../formats/markdown-table.ts'
import { painter } from '../terminal.ts'

export function renderTrials(report: TrialReport, { color }: { readonly color: boolean }): string {
  const paint = painter(color)
  return [
    paint('bold', headLine(report)),
    ...report.rules.flatMap((row) => ['', paint('bold', nameOf(row)), ...rowLines(row)]),
    ...hintFor(report),
  ].join('\n')
}

function headLine({ decisions, from, to, rules }: TrialReport): string {
  const period = from === undefined || to === undefined ? '' : `, ${from} to ${to}`
  return `${count(rules.length, 'rule')} on trial, ${counted(decisions)} decisions${period}`
}

function nameOf({ plugin, rule, hooks }: TrialRow): string {
  return visible(`${plugin}/${rule} at ${hooks.join(', ')}`)
}

function rowLines(row: TrialRow): readonly string[] {
  const { held, spoke, changes, taken, first, last } = row
  const terms = `  ${termsOf(row).join(', ')}`
  if (!first || !last) return [terms, '  never held']
  const effects = held > spoke ? [`  held ${counted(held)}, answers in ${counted(spoke)} of them`] : []
  return [
    terms,
    ...effects,
    ...changes.map(
      (change) => `  ${meaningOf(change).padEnd(20)}${counted(change.count).padStart(10)}  ${change.first.id}`,
    ),
    ...(isRefusing(row)
      ? [`  of those whom it would have refused, ${counted(taken)} had their message taken in the end`]
      : []),
    `  first ${momentOf(first)}, last ${momentOf(last)}`,
  ]
}

function isRefusing({ changes }: TrialRow): boolean {
  return changes.some(({ from, to }) => from === 'accept' && to !== 'accept' && to !== 'leave')
}

function termsOf({ at, until, sample, over }: TrialRow): readonly string[] {
  if (at === undefined) return ['no longer on trial here']
  return [
    shownPlaces(at),
    ...(until === undefined ? [] : [over ? `OVER since ${until}` : `until ${until}`]),
    ...(sample === undefined ? [] : [`${Number((sample * 100).toFixed(6))} % of the clients`]),
  ]
}

function meaningOf({ from, to }: TrialChange): string {
  if (to === 'leave') return 'leaves its plugin'
  return from === to ? `${from}, as it is` : `${from} → ${to}`
}

function momentOf({ time, id }: TrialExample): string {
  return `${time} (${id})`
}

function hintFor({ rules }: TrialReport): readonly string[] {
  const [example] = rules.flatMap(({ changes }) => changes.filter(({ from, to }) => from !== to))
  return example ? ['', `Why: postern explain --log LOG --id ${example.first.id}`] : []
}

export function renderTrialsMarkdown(report: TrialReport): string {
  const rows = report.rules.map((row) => [
    `\`${nameOf(row)}\``,
    termsOf(row).join(', '),
    counted(row.held),
    row.changes.map((change) => `${meaningOf(change)}: ${counted(change.count)}`).join(', '),
    isRefusing(row) ? counted(row.taken) : '',
    row.first?.id ?? '',
    row.last?.time ?? '',
  ])
  const head = ['rule', 'trial', 'held', 'would change', 'taken in the end', 'example', 'last']
  return [`### postern monitor: ${headLine(report)}`, ...table(head, rows)].join('\n')
}
