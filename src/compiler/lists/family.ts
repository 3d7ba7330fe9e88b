/**
 * A family of lists says how its entries are read and under which keys a value is looked up; the index is the same for
 * all of them.
 */
import { addressText } from '../../core/mail/address.ts'
import { type FactValue, isSeveral, type OneValue } from '../../core/fact.ts'
import type { RawEntry } from './entry-store.ts'
import type { Fault } from './problem.ts'

/** What an entry means. It holds when its key is one of the value's, or when its pattern is found in the value's text. */
export interface Reading {
  readonly key?: string
  readonly pattern?: string
  /** The pattern holds where it is not found. */
  readonly inverted?: boolean
  /** What to keep of the entry, where that is not what was given. */
  readonly keep?: RawEntry
}

export interface Family {
  /** Reading what was kept gives the same key again. */
  read(entry: RawEntry): Reading | Fault
  keys(value: FactValue): readonly string[]
  /** Of several entries that hold, the one for the first of the keys decides, wherever it is written. */
  readonly firstKeyDecides?: true
  /** What patterns are searched in. */
  texts(value: FactValue): readonly string[]
}

export function isFault(reading: Reading | Fault): reading is Fault {
  return 'code' in reading
}

export function valuesOf(value: FactValue): readonly OneValue[] {
  return isSeveral(value) ? value : [value]
}

/** A fact with several values is listed when one of them is. */
export function eachValue(value: FactValue, ask: (one: OneValue) => readonly string[]): readonly string[] {
  return isSeveral(value) ? valuesOf(value).flatMap(ask) : ask(value)
}

export function textOf(value: OneValue): string {
  return typeof value === 'object' ? addressText(value) : String(value)
}

export function noTexts(): readonly string[] {
  return []
}
