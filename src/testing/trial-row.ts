/** One rule on trial (`mode: monitor`) and what it has shown. */
import type { Hook } from '../core/hook.ts'
import type { Trial } from '../core/program.ts'
import type { Ending } from './replay.ts'

/** `leave`: it would have left its plugin, and what comes of that nobody knows without asking the others. */
export type WouldEnd = Ending | 'leave'

export interface TrialExample {
  readonly id: string
  readonly time: string
}

export interface TrialChange {
  /** What the client was told. */
  readonly from: Ending
  readonly to: WouldEnd
  readonly count: number
  readonly first: TrialExample
}

export interface TrialRow extends Trial {
  readonly plugin: string
  readonly rule: string
  readonly hooks: readonly Hook[]
  /** Where it stands; absent when no rule of the site is on trial under this name any more. */
  readonly at?: string
  /** Its last day has passed. */
  readonly over: boolean
  /** Decisions at which it held. */
  readonly held: number
  /** Decisions at which it would have answered; a rule with effects alone never does. */
  readonly spoke: number
  /** The most frequent first. */
  readonly changes: readonly TrialChange[]
  /** Of what it would have refused and others took: how often the message was taken in the end. */
  readonly taken: number
  readonly first?: TrialExample
  readonly last?: TrialExample
}

/** A row that grows. */
export class GrowingRow {
  readonly plugin: string
  readonly rule: string
  readonly hooks = new Set<Hook>()
  readonly changes = new Map<string, TrialChange>()
  readonly about: { readonly at: string; readonly trial: Trial } | undefined
  held = 0
  spoke = 0
  taken = 0
  first: TrialExample | undefined
  last: TrialExample | undefined

  constructor(plugin: string, rule: string, about?: GrowingRow['about']) {
    this.plugin = plugin
    this.rule = rule
    this.about = about
  }

  /** It held, at one decision. */
  note({ id, time }: TrialExample): void {
    this.held += 1
    this.first ??= { id, time }
    this.last = { id, time }
  }

  change(from: Ending, to: WouldEnd, { id, time }: TrialExample): void {
    const key = `${from} ${to}`
    const { count = 0, first = { id, time } } = this.changes.get(key) ?? {}
    this.changes.set(key, { from, to, count: count + 1, first })
  }

  report(today: string): TrialRow {
    const { plugin, rule, hooks, about, changes, held, spoke, taken, first, last } = this
    return {
      plugin,
      rule,
      hooks: [...hooks],
      ...(about && { at: about.at, ...about.trial }),
      over: about?.trial.until !== undefined && about.trial.until < today,
      held,
      spoke,
      changes: [...changes.values()].toSorted((one, other) => other.count - one.count),
      taken,
      ...(first && last && { first, last }),
    }
  }
}
