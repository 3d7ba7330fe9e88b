/**
 * Sessions worth trying when two sites are compared, the most telling first.
 *
 * Where rules ask for little, one session of each kind that they can tell apart: then none is left out. Where they ask for
 * more, those that changed rules are about, alone and together with every other rule; more than so many are not tried.
 */
import type { Ask } from '../../compiler/analysis/formula.ts'
import { EVERY_SESSION, narrowed, type Product } from '../../compiler/analysis/product.ts'
import { emptyLike, intersect, isEmptySet, type ValueSet } from '../../compiler/analysis/value-set.ts'
import type { SessionRecord } from '../session-record.ts'
import type { RuleChange } from './changes.ts'
import { asksOf, type LoweredRules } from './lowered.ts'
import { sayable, sessionLike } from './sayings.ts'
import { telling } from './telling.ts'

/** Sessions of a comparison, without their variants in greeting and content. */
export const MOST_TRIED = 4000

export interface Searched {
  readonly sessions: Iterable<SessionRecord>
  /** One of each kind that the rules can tell apart. */
  readonly isWhole: boolean
  /** What rules ask for and no session here says. */
  readonly unsaid: readonly string[]
}

export function search(rules: LoweredRules, changes: readonly RuleChange[]): Searched {
  const asks = [...rules.after.values(), ...rules.before.values()].flatMap(asksOf)
  const whole = kindsOf(asks, rules)?.map((product) => sessionLike(product, rules))
  const unsaid = new Set(
    [...asks.filter(({ likely }) => sayable(likely.fact, rules) === 'never'), ...otherQuestions(rules, changes)].map(
      ({ text }) => `\`${text}\``,
    ),
  )
  return {
    sessions: whole?.filter((session) => session !== undefined) ?? atMost(MOST_TRIED, telling(rules, changes)),
    isWhole: whole?.every((session) => session !== undefined) ?? false,
    unsaid: [...unsaid],
  }
}

/** A word asks otherwise than before, or with other entries, and a session has one answer for both. */
function otherQuestions({ before, after }: LoweredRules, changes: readonly RuleChange[]): readonly Ask[] {
  return changes.flatMap(({ key, entries }) => {
    const [one, other] = [before.get(key), after.get(key)].map((rule) => (rule ? asksOf(rule) : []))
    const known = new Set(one?.map(({ likely }) => likely.fact))
    const words = new Set(one?.map(({ likely }) => wordIn(likely.fact)))
    return (
      other?.filter(
        ({ likely: { fact } }) => wordIn(fact) && words.has(wordIn(fact)) && (entries.length > 0 || !known.has(fact)),
      ) ?? []
    )
  })
}

function wordIn(fact: string): string | undefined {
  return /^word (\S+)/.exec(fact)?.[1]
}

/** Sessions, each as what its facts may be. Undefined when there are more than can be tried. */
function kindsOf(asks: readonly Ask[], rules: LoweredRules): readonly Product[] | undefined {
  const byFact = Map.groupBy(
    asks.filter(({ likely }) => sayable(likely.fact, rules) === 'said'),
    ({ likely }) => likely.fact,
  )
  let products: readonly Product[] = [EVERY_SESSION]
  for (const [fact, about] of byFact) {
    const values = valuesApart(about, rules.world(fact))
    products = products.flatMap((product) => values.flatMap((set) => narrowed(product, fact, set, rules.world) ?? []))
    if (products.length > MOST_TRIED) return undefined
  }
  return products
}

/** What a fact may be, divided wherever one of the questions is answered otherwise. */
function valuesApart(asks: readonly Ask[], all: ValueSet): readonly ValueSet[] {
  const known: readonly ValueSet[] = [{ ...all, unknown: false }]
  const divided = asks.reduce((sets, { likely: { hit, miss } }) => {
    const parts = sets.flatMap((set) => [intersect(set, hit), intersect(set, miss)])
    return sets.length > MOST_TRIED ? sets : parts.filter((set) => !isEmptySet(set))
  }, known)
  return all.unknown ? [...divided, { ...all, absent: false, region: emptyLike(all.region) }] : divided
}

/** They may be without end. */
export function* atMost<T>(count: number, some: Iterable<T>): Generator<T> {
  let given = 0
  for (const one of some) {
    if (given === count) return
    given += 1
    yield one
  }
}
