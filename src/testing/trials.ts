/**
 * What rules on trial (`mode: monitor`) have shown: read from decision logs, record by record, in the order of time.
 *
 * A record says what such a rule would have answered (`would`), or that it held (`path`); what the client was really told
 * stands beside it. Whether the message was taken in the end is known when the record of `queue` comes. Memory is bounded: by
 * the rules, and by so many transactions under way.
 */
import type { Hook } from '../core/hook.ts'
import type { Program } from '../core/program.ts'
import type { ReturnCode } from '../core/verdict.ts'
import { endingOf, type LoggedDecision, recordedVerdict } from './replay.ts'
import { GrowingRow, type TrialRow } from './trial-row.ts'

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

export class TrialBook {
  readonly #rows = new Map<string, GrowingRow>()
  readonly #pending = new Map<string, Map<GrowingRow, number>>()
  #decisions = 0
  #gone = 0
  #from: string | undefined
  #to: string | undefined

  constructor({ chains }: Pick<Program, 'chains'>) {
    const byPlace = new Map<string, GrowingRow>()
    for (const { hook, plugin, id, at, trial } of rulesOnTrial(chains)) {
      const row = byPlace.get(`${plugin} ${at}`) ?? new GrowingRow(plugin, id, { at, trial })
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
  #onTrial({ hook, path = [], would = [] }: LoggedDecision): ReadonlyMap<GrowingRow, ReturnCode | undefined> {
    const held = path
      .filter(({ mode, truth }) => mode === 'monitor' && truth === 'hit')
      .map(({ plugin, rule }) => ({ plugin, rule, return: undefined }))
    const rows = new Map<GrowingRow, ReturnCode | undefined>()
    for (const { plugin, rule, return: code } of [...held, ...would]) {
      const row = plugin === undefined || rule === undefined ? undefined : this.#rowOf(hook, plugin, rule)
      if (row) rows.set(row, code)
    }
    return rows
  }

  #rowOf(hook: Hook, plugin: string, rule: string): GrowingRow | undefined {
    const key = keyOf(hook, plugin, rule)
    const known = this.#rows.get(key)
    if (known || this.#gone >= MOST_GONE) return known
    this.#gone += 1
    const row = new GrowingRow(plugin, rule)
    row.hooks.add(hook)
    this.#rows.set(key, row)
    return row
  }

  #weigh(row: GrowingRow, code: ReturnCode, record: LoggedDecision): void {
    const from = recordedVerdict(record).ending
    const to = code === 'DECLINED' ? 'leave' : endingOf(record.hook, code, record.facts)
    row.spoke += 1
    row.change(from, to, record)
    if (from === 'accept' && to !== 'accept' && to !== 'leave') this.#remember(row, record)
  }

  /** Before MAIL it is about all that the connection brings. */
  #remember(row: GrowingRow, { transaction, connection }: LoggedDecision): void {
    const key = transaction ?? connection
    if (key === undefined) return
    const rows = this.#pending.get(key) ?? new Map<GrowingRow, number>()
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

function rulesOnTrial(chains: Program['chains']) {
  const all = [...chains].flatMap(([hook, some]) => some.map((chain) => ({ hook, ...chain })))
  return all.flatMap(({ hook, plugin, rules }) =>
    rules.flatMap(({ id, at, mode, trial = {} }) => (mode === 'monitor' ? [{ hook, plugin, id, at, trial }] : [])),
  )
}

function keyOf(hook: Hook, plugin: string, rule: string): string {
  return `${hook} ${plugin}/${rule}`
}
