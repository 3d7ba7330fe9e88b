/** What rules take, for people: no time stands alone, since machines differ. */
import type { GateResult } from '../../testing/bench/gates.ts'
import type { BenchFigures, Figure, HookFigures, Ratio, RuleFigures } from '../../testing/bench/report.ts'
import { visible } from '../../language/render/display.ts'
import { count, counted } from '../counts.ts'
import { painter } from '../terminal.ts'

export interface BenchReport extends BenchFigures {
  /** As given on the command line; why figures of a file may not compare. */
  readonly compared_with?: {
    readonly name: string
    readonly kind: 'base' | 'baseline'
    readonly doubts: readonly string[]
  }
  readonly gates: readonly GateResult[]
}

export interface BenchStyle {
  readonly color: boolean
  /** Where sessions are from. */
  readonly from: string
}

/** Rules shown. */
const MOST_RULES = 20

export function renderBench(report: BenchReport, { color, from }: BenchStyle): string {
  const paint = painter(color)
  const { decisions_per_second: rate, decision, base, gates, compared_with: compared } = report
  return [
    paint('bold', `${counted(rate)} decisions a second on one processor: ${figureText(decision)} each`),
    ...aboutLines(report, from),
    ...(compared ? comparedLines(compared, base) : []),
    '',
    ...hookLines(report.hooks, paint),
    '',
    ...ruleLines(report.rules, paint),
    ...(gates.length > 0 ? [''] : []),
    ...gates.map((gate) => paint(gate.passed ? 'green' : 'red', gateLine(gate))),
  ].join('\n')
}

function aboutLines(
  { yardstick, rounds, sessions, decisions, node, revision }: BenchFigures,
  from: string,
): readonly string[] {
  const { held, cut, unanswered, left_out: leftOut } = sessions
  return [
    visible(
      `${cut ? 'the first ' : ''}${counted(held, 'session')} of ${from}, ${counted(decisions, 'decision')}, ${count(rounds, 'round')}; rules ${revision}, Node ${node}`,
    ),
    `yardstick: ${yardstick.is}, ${timeText(yardstick.ns)} here (${spreadText(yardstick.spread)})`,
    'what rules ask outside is answered by the sessions, and takes no time here',
    ...(unanswered > 0
      ? [
          `${counted(unanswered, 'session')} ${unanswered === 1 ? 'does' : 'do'} not hold all that is asked: it is unknown there`,
        ]
      : []),
    ...(leftOut > 0 ? [`${counted(leftOut, 'session')} left out: they are none`] : []),
  ]
}

function comparedLines(
  { name, kind, doubts }: NonNullable<BenchReport['compared_with']>,
  whole: Ratio | undefined,
): readonly string[] {
  const how = kind === 'base' ? 'measured in turns with these' : 'by yardsticks, which is less exact than --base'
  const all = whole ? `; all sessions take ${ratioText(whole)}` : ''
  return [visible(`base: ${name}, ${how}${all}`), ...doubts.map((doubt) => visible(`  ${doubt}`))]
}

type Paint = ReturnType<typeof painter>

function hookLines(hooks: readonly HookFigures[], paint: Paint): readonly string[] {
  const rows = hooks.map(({ hook, asked, median, mean, share, base }) => [
    hook,
    counted(asked),
    timeText(median.ns),
    timeText(mean.ns),
    stickText(mean),
    shareText(share),
    ratioText(base),
  ])
  return table(['hook', 'asked', 'median', 'mean', 'yardsticks', 'share', ''], rows, paint)
}

function ruleLines(rules: readonly RuleFigures[], paint: Paint): readonly string[] {
  const asked = rules.filter((rule) => rule.asked > 0).toSorted((one, other) => other.share - one.share)
  const rows = asked
    .slice(0, MOST_RULES)
    .map(({ hook, plugin, rule, asked: times, mean, share, base }) => [
      `${hook} ${plugin}/${rule}`,
      counted(times),
      timeText(mean.ns),
      stickText(mean),
      shareText(share),
      ratioText(base),
    ])
  const [more, never] = [asked.length - rows.length, rules.length - asked.length]
  return [
    ...table(['rule', 'asked', 'a call', 'yardsticks', 'share', ''], rows, paint),
    ...(more > 0 ? [`and ${count(more, 'more rule')}; -f json has all`] : []),
    ...(never > 0 ? [`${count(never, 'rule')} never asked by these sessions`] : []),
  ]
}

/** The first column to the left, figures to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): readonly string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    visible(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    ).trimEnd()
  return all.map((row, index) => (index === 0 ? paint('bold', line(row)) : line(row)))
}

function gateLine({ gate, hook, most, unit, value, passed }: GateResult): string {
  const text = (number: number): string =>
    unit === 'ns' ? timeText(number) : `${number.toFixed(2)} ${unit === 'x' ? 'yardsticks' : '× base'}`
  const found =
    value === undefined ? (gate === 'budget' ? 'no session comes to it' : 'nothing to compare with') : text(value)
  return visible(`${gate} ${hook} ≤ ${text(most)}  ${passed ? 'met' : 'NOT MET'} (${found})`)
}

function figureText(one: Figure): string {
  return `${timeText(one.ns)} (${stickText(one)} yardsticks, ${spreadText(one.spread)})`
}

function stickText({ yardsticks }: Figure): string {
  return yardsticks < 10 ? yardsticks.toFixed(2) : yardsticks.toFixed(0)
}

function ratioText(base: Ratio | undefined): string {
  if (!base) return ''
  const { ratio, spread } = base
  return `${ratio.toFixed(2)} × base${spread === undefined ? '' : ` (${spreadText(spread)})`}`
}

/** How far the middle half of the rounds lies apart. */
function spreadText(spread: number): string {
  return `± ${(spread * 50).toFixed(0)} %`
}

function shareText(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

const UNITS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
] as const

export function timeText(nanoseconds: number): string {
  const [factor, unit] = UNITS.find(([one]) => nanoseconds >= one) ?? [1, 'ns']
  const number = nanoseconds / factor
  return `${number < 10 && factor > 1 ? number.toFixed(1) : number.toFixed(0)} ${unit}`
}
