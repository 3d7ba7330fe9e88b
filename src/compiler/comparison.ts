/** One comparison of a fact's value: what operators compile to. */
import type { HookContext } from '../core/context.ts'
import type { FactType, FactValue } from '../core/fact.ts'
import type { ListEntry, ListIndex } from '../core/list.ts'

export interface Compared {
  readonly holds: boolean
  /** The value or list entry that made it hold, for the trace. */
  readonly because?: string
  readonly entry?: ListEntry
}

/** `value` is undefined only for `exists`. Sees one value at a time: facts with several are asked value by value. */
export type Comparison = (value: FactValue, context: HookContext) => Compared

export const HOLDS: Compared = { holds: true }
export const FAILS: Compared = { holds: false }

export function when(holds: boolean): Compared {
  return holds ? HOLDS : FAILS
}

export function inIndex(index: ListIndex): Comparison {
  return (value) => {
    const entry = index.find(value)
    return entry ? { holds: true, because: `\`${entry.text}\` at ${entry.at}`, entry } : FAILS
  }
}

/** The type of one value of a fact that may have several. */
export function elementType(type: FactType): FactType {
  if (type === 'texts') return 'text'
  return type === 'addresses' ? 'address' : type
}

/** A type in the admin's words. */
export const TYPE_NAMES: Readonly<Record<FactType, string>> = {
  text: 'a text',
  texts: 'a text',
  name: 'a name',
  number: 'a number',
  boolean: 'true or false',
  ip: 'an IP address',
  domain: 'a domain',
  address: 'a mail address',
  addresses: 'a mail address',
  time: 'a time',
}
