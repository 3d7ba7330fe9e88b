/** One comparison of a fact's value: what operators compile to. */
import type { HookContext } from '../../core/context.ts'
import type { FactType, FactValue } from '../../core/fact.ts'
import type { ListAnswer, ListIndex } from '../../core/list.ts'
import { andThen, isPromise, type MaybePromise } from '../../core/truth.ts'

export type Compared = ListAnswer

/** Sees one value at a time: facts with several are asked value by value. */
export type Comparison = (value: FactValue, context: HookContext) => MaybePromise<Compared>

const HOLDS: Compared = { truth: 'hit' }
export const FAILS: Compared = { truth: 'miss' }

export function when(holds: boolean): Compared {
  return holds ? HOLDS : FAILS
}

/** All comparisons of one value, in order; a miss ends the asking. Of several entries the last is the one that counts. */
export function every(comparisons: readonly Comparison[]): Comparison {
  const [only] = comparisons
  if (only && comparisons.length === 1) return only
  const ask = (value: FactValue, context: HookContext, from: number, sofar: Compared): MaybePromise<Compared> => {
    const comparison = comparisons[from]
    if (!comparison) return sofar
    return andThen(comparison(value, context), (compared) =>
      compared.truth === 'miss' ? FAILS : ask(value, context, from + 1, joined(sofar, compared)),
    )
  }
  return (value, context) => ask(value, context, 0, HOLDS)
}

function joined(sofar: Compared, compared: Compared): Compared {
  if (sofar.truth === 'unknown') return sofar
  return compared.truth === 'hit' && !compared.entry && sofar.entry ? sofar : compared
}

/** Whether the comparison holds for one of the values; the first it holds for is the one that counts. */
export function some(
  values: readonly FactValue[],
  comparison: Comparison,
  context: HookContext,
): MaybePromise<Compared> {
  const ask = (from: number, before: Compared): MaybePromise<Compared> => {
    let sofar = before
    for (let index = from; index < values.length; index += 1) {
      const compared = comparison(values[index] ?? '', context)
      if (isPromise(compared))
        return compared.then((late) => (late.truth === 'hit' ? late : ask(index + 1, unsure(sofar, late))))
      if (compared.truth === 'hit') return compared
      sofar = unsure(sofar, compared)
    }
    return sofar
  }
  return ask(0, FAILS)
}

function unsure(sofar: Compared, compared: Compared): Compared {
  return compared.truth === 'unknown' ? compared : sofar
}

export function inIndex(index: ListIndex): Comparison {
  return (value) => {
    const entry = index.find(value)
    return entry ? { truth: 'hit', because: `\`${entry.text}\` at ${entry.at}`, entry } : FAILS
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
