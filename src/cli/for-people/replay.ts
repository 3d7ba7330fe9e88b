/** A replay for people: how many decisions change, which rules change them, and whether that is within the gates. */
import {
  type GateResult,
  OUTCOMES,
  type ReplayGroup,
  type ReplayOutcome,
  type ReplaySummary,
} from '../../testing/replay-summary.ts'
import { visible } from '../../language/render/display.ts'
import { counted } from '../counts.ts'
import { painter } from '../terminal.ts'

export interface ReplayReport extends ReplaySummary {
  readonly gates: readonly GateResult[]
}

const NAMES: Readonly<Record<ReplayOutcome, string>> = {
  same: 'same',
  text: 'text or rule only',
  changed: 'changed',
  undetermined: 'undetermined',
}

/** Groups shown of each sort. */
const MOST_SHOWN = 10

export function renderReplay(report: ReplayReport, { color }: { readonly color: boolean }): string {
  const paint = painter(color)
  const { decisions, left_out: leftOut, outcomes, groups, gates } = report
  const besides = leftOut > 0 ? `, ${leftOut} of other hooks left out` : ''
  return [
    paint('bold', `${counted(decisions)} decisions${besides}`),
    ...OUTCOMES.map(
      (one) => `  ${NAMES[one].padEnd(18)}${counted(outcomes[one]).padStart(12)}  ${share(outcomes[one], decisions)}`,
    ),
    ...(['changed', 'text', 'undetermined'] as const).flatMap((one) => groupLines(one, groups)),
    ...(gates.length > 0 ? [''] : []),
    ...gates.map((gate) => paint(gate.passed ? 'green' : 'red', gateLine(gate, decisions))),
  ].join('\n')
}

function groupLines(outcome: ReplayGroup['outcome'], groups: readonly ReplayGroup[]): readonly string[] {
  const ours = groups.filter((group) => group.outcome === outcome)
  if (ours.length === 0) return []
  const more = ours.length - MOST_SHOWN
  return [
    '',
    ...ours.slice(0, MOST_SHOWN).map(groupLine),
    ...(more > 0 ? [`and ${more} more groups; -f json has all`] : []),
  ]
}

function groupLine({ outcome, change, by, count, first }: ReplayGroup): string {
  const { id, time, hook, remote_ip: ip, rcpt } = first
  const what =
    outcome === 'changed' ? `${change} by ${by}` : outcome === 'text' ? `${change} (${by})` : `not recorded: ${change}`
  const where = [hook, ip, rcpt].filter((one) => one !== undefined).join(' ')
  return `${visible(what)}  ${counted(count)}\n    first: ${visible(`${time} ${id}  ${where}`)}`
}

function gateLine({ kind, limit, unit, count, passed }: GateResult, decisions: number): string {
  const bar = `${limit}${unit === 'percent' ? ' %' : ''}`
  return `gate ${kind} ≤ ${bar}  ${passed ? 'met' : 'NOT MET'} (${counted(count)}, ${share(count, decisions)})`
}

function share(count: number, of: number): string {
  return `${((count / Math.max(1, of)) * 100).toFixed(3)} %`
}
