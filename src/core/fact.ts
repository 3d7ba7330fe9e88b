/** Facts: the typed names a rule may read. */
import type { Address } from './mail/address.ts'
import type { HookContext } from './context.ts'
import type { Stage } from './hook.ts'
import type { Unknown } from './truth.ts'

/** `texts`, `addresses`: several values, a comparison holds when it holds for one of them. */
export const FACT_TYPES = [
  'text',
  'texts',
  'name',
  'number',
  'boolean',
  'ip',
  'domain',
  'address',
  'addresses',
  'time',
] as const
export type FactType = (typeof FACT_TYPES)[number]

/** A time is a number of milliseconds since the epoch. */
export type FactValue = OneValue | readonly string[] | readonly Address[]
export type OneValue = string | number | boolean | Address

export function isSeveral(value: FactValue): value is Exclude<FactValue, OneValue> {
  return Array.isArray(value)
}

export interface FactDefinition {
  /** `sender.domain`; a family ends in `.NAME`: `header.NAME`. */
  readonly name: string
  readonly type: FactType
  readonly stage: Stage
  readonly summary: string
  /** `parameter` is the last part of a family's key. Absent is undefined, never an empty text. */
  readonly read: (context: HookContext, parameter: string) => FactValue | undefined | Unknown
}

export function fact(
  name: string,
  type: FactType,
  stage: Stage,
  summary: string,
  read: FactDefinition['read'],
): FactDefinition {
  return { name, type, stage, summary, read }
}

/** A fact is absent rather than empty. */
export function presentOnly(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.length ? values : undefined
}
