/**
 * What rules on trial (`mode: monitor`) have shown: read from decision logs, record by record, in the order of time.
 *
 * A record says what such a rule would have answered (`would`), or that it held (`path`); what the client was really told
 * stands beside it. Whether the message was taken in the end is known when the record of `queue` comes. Memory is bounded: by
 * the rules, and by so many transactions under way.
 */
import type { Hook } from '../core/hook.ts'
import type { Program, Trial } from '../core/program.ts'
import type { ReturnCode } from '../core/verdict.ts'
import { type Ending, endingOf, type LoggedDecision, recordedVerdict } from './replay.ts'

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

export interface TrialReport {
  readonly decisions: number
  readonly from?: string
  readonly to?: string
  readonly rules: readonly TrialRow[]
}

/** Transactions and connections of which it is remembered what would have been refused. */
const MOST_PENDING = 10_000
/** Names of rules that are not on trial any more. */
const MOST_GONE = 1000

class Row {
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

  constructor(plugin: string, rule: string, about?: Row['about']) {
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

export class TrialBook {
  readonly #rows = new Map<string, Row>()
  readonly #pending = new Map<string, Map<Row, number>>()
  #decisions = 0
  #gone = 0
  #from: string | undefined
  #to: string | undefined

  constructor({ chains }: Pick<Program, 'chains'>) {
    const byPlace = new Map<string, Row>()
    for (const [hook, some] of chains)
      for (const { plugin, rules } of some)
        for (const { id, at, mode, trial = {} } of rules)
          if (mode === 'monitor') {
            const row = byPlace.get(`${plugin} ${at}`) ?? new Row(plugin, id, { at, trial })
            byPlace.set(`${plugin} ${at}`, row)
            row.hooks.add(hook)
            this.#rows.set(keyOf(hook, plugin, id), row)
          }
  }

  add(record: LoggedDecision): void {
    this.#decisions += 1
    this.#from ??= record.time
    this.#to = record.time
    for (const [row, code] of this.#onTrial(record)) {
      row.note(record)
      if (code !== undefined) this.#weigh(row, code, record)
    }
    if (record.hook === 'queue' && recordedVerdict(record).ending === 'accept') this.#settle(record)
  }

  /** The rules in the order of the site, then those that are not on trial any more. `today`: 2026-11-20. */
  report(today: string): TrialReport {
    return {
      decisions: this.#decisions,
      ...(this.#from !== undefined && { from: this.#from }),
      ...(this.#to !== undefined && { to: this.#to }),
      rules: [...new Set(this.#rows.values())].map((row) => row.report(today)),
    }
  }

  /** The rules that held, each with the code it would have answered. */
  #onTrial({ hook, path = [], would = [] }: LoggedDecision): ReadonlyMap<Row, ReturnCode | undefined> {
    const held = path
      .filter(({ mode, truth }) => mode === 'monitor' && truth === 'hit')
      .map(({ plugin, rule }) => ({ plugin, rule, return: undefined }))
    const rows = new Map<Row, ReturnCode | undefined>()
    for (const { plugin, rule, return: code } of [...held, ...would]) {
      const row = plugin === undefined || rule === undefined ? undefined : this.#rowOf(hook, plugin, rule)
      if (row) rows.set(row, code)
    }
    return rows
  }

  #rowOf(hook: Hook, plugin: string, rule: string): Row | undefined {
    const key = keyOf(hook, plugin, rule)
    const known = this.#rows.get(key)
    if (known || this.#gone >= MOST_GONE) return known
    this.#gone += 1
    const row = new Row(plugin, rule)
    row.hooks.add(hook)
    this.#rows.set(key, row)
    return row
  }

  #weigh(row: Row, code: ReturnCode, record: LoggedDecision): void {
    const from = recordedVerdict(record).ending
    const to = code === 'DECLINED' ? 'leave' : endingOf(record.hook, code, record.facts)
    row.spoke += 1
    row.change(from, to, record)
    if (from === 'accept' && to !== 'accept' && to !== 'leave') this.#remember(row, record)
  }

  /** Before MAIL it is about all that the connection brings. */
  #remember(row: Row, { transaction, connection }: LoggedDecision): void {
    const key = transaction ?? connection
    if (key === undefined) return
    const rows = this.#pending.get(key) ?? new Map<Row, number>()
    this.#pending.delete(key)
    this.#pending.set(key, rows.set(row, (rows.get(row) ?? 0) + 1))
    const [oldest] = this.#pending.keys()
    if (this.#pending.size > MOST_PENDING && oldest !== undefined) this.#pending.delete(oldest)
  }

  #settle({ transaction, connection }: LoggedDecision): void {
    for (const key of [transaction, connection]) {
      if (key === undefined) continue
      for (const [row, count] of this.#pending.get(key) ?? []) row.taken += count
      this.#pending.delete(key)
    }
  }
}

function keyOf(hook: Hook, plugin: string, rule: string): string {
  return `${hook} ${plugin}/${rule}`
}
