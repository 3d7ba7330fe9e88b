/** What a comparison of two sites comes to: what changed, what decides differently, what was not proved, and gates. */
import { type Changes, isProvedSame, type RuleChange } from './changes.ts'
import { type DiffGroup, nameIn } from './compare.ts'
import type { DiffFound } from './diff-sites.ts'
import type { ListChange } from './list-changes.ts'
import type { PolicyChange } from './policy-changes.ts'
import type { SettingChange } from './setting-changes.ts'
import type { RecordedDifference, Touched, Traffic } from './traffic.ts'

export interface ShownDifference extends DiffGroup {
  /** Recorded decisions that it touches; absent without a record. */
  readonly touched?: Touched | { readonly count: 0 }
}

export interface DiffReport {
  /** Rules, lists, parameters and limits are the same text: the rules decide alike. */
  readonly proved_same: boolean
  readonly changed: readonly Pick<RuleChange, 'what' | 'hook' | 'plugin' | 'rule' | 'at'>[]
  /** What else differs. */
  readonly besides: readonly string[]
  /** Lists at hand whose entries came or went. */
  readonly lists: readonly ListChange[]
  readonly policies: readonly PolicyChange[]
  /** Listeners, services and the other keys of the site files. */
  readonly settings: readonly SettingChange[]
  readonly differences: readonly ShownDifference[]
  /** Rules that changed and are part of no difference, as `hook plugin/rule`. */
  readonly without_difference: readonly string[]
  /** Sessions about which both sites were asked. */
  readonly tried: number
  /** Why there may be more differences; empty when they are proved to be the same. */
  readonly not_proved: readonly string[]
  readonly traffic?: Omit<Traffic, 'touched'>
  readonly gates: readonly DiffGateResult[]
}

export const DIFF_GATES = ['no-new-accept', 'no-new-reject', 'no-change'] as const
export type DiffGate = (typeof DIFF_GATES)[number]

export interface DiffGateResult {
  readonly gate: DiffGate
  readonly passed: boolean
}

const BREAKS: Readonly<Record<DiffGate, (change: string) => boolean>> = {
  'no-new-accept': (change) => change.endsWith('→ accept'),
  'no-new-reject': (change) => change.startsWith('accept →'),
  'no-change': () => true,
}

export interface Reported extends Pick<DiffReport, 'lists' | 'policies' | 'settings'> {
  readonly gates: readonly DiffGate[]
  readonly traffic?: Traffic | undefined
}

export function reportOf(
  changes: Changes,
  found: DiffFound,
  { gates, traffic, lists, policies, settings }: Reported,
): DiffReport {
  const { groups, tried } = found
  const all: readonly Pick<RecordedDifference, 'change'>[] = [...groups, ...(traffic?.others ?? [])]
  const shown = new Set(groups.flatMap(({ by, through }) => [by, ...through.map(nameIn)]))
  return {
    proved_same: isProvedSame(changes),
    changed: changes.rules.map(({ what, hook, plugin, rule, at }) => ({ what, hook, plugin, rule, at })),
    besides: changes.besides,
    lists,
    policies,
    settings,
    differences: groups.map((group, index) => ({
      ...group,
      ...(traffic && { touched: traffic.touched[index] ?? { count: 0 } }),
    })),
    without_difference: changes.rules.map(({ key }) => key).filter((key) => !shown.has(nameIn(key))),
    tried,
    not_proved: isProvedSame(changes) ? [] : doubts(changes, found),
    ...(traffic && { traffic: withoutTouched(traffic) }),
    gates: gates.map((gate) => ({ gate, passed: !all.some(({ change }) => BREAKS[gate](change)) })),
  }
}

function withoutTouched({ touched: _, ...rest }: Traffic): Omit<Traffic, 'touched'> {
  return rest
}

/** Long lists of them help nobody. */
const MOST_NAMED = 8

function doubts({ unseen, besides }: Changes, { isWhole, unsaid, elsewhere }: DiffFound): readonly string[] {
  const named = (names: readonly string[]): string =>
    names.length > MOST_NAMED
      ? `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`
      : names.join(', ')
  return [
    ...(isWhole ? [] : ['the rules can tell more kinds of sessions apart than were tried']),
    ...(unsaid.length > 0 ? [`no session here says ${named(unsaid)}`] : []),
    ...(elsewhere.length > 0 ? [`answers at ${named(elsewhere)} were not compared`] : []),
    ...(unseen.length > 0 ? [`not compared: ${named(unseen)}`] : []),
    ...(besides.length > 0 ? [`what follows from ${named(besides)} was not looked for`] : []),
    'several messages of a connection and several recipients of a message were not tried',
  ]
}
