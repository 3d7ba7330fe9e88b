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

/** Sessions tried, of each comparison. */
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
  const kinds = kindsOf(asks, rules)
  const unsaid = new Set(asks.filter(({ likely }) => sayable(likely.fact) === 'never').map(({ text }) => `\`${text}\``))
  return {
    sessions: kinds ? sessionsLike(kinds, rules) : telling(rules, changes),
    isWhole: kinds !== undefined && unsaid.size === 0,
    unsaid: [...unsaid],
  }
}

/** Sessions, each as what its facts may be. Undefined when there are more than can be tried. */
function kindsOf(asks: readonly Ask[], { world }: LoweredRules): readonly Product[] | undefined {
  const byFact = Map.groupBy(
    asks.filter(({ likely }) => sayable(likely.fact) === 'said'),
    ({ likely }) => likely.fact,
  )
  let products: readonly Product[] = [EVERY_SESSION]
  for (const [fact, about] of byFact) {
    const values = valuesApart(about, world(fact))
    products = products.flatMap((product) => values.flatMap((set) => narrowed(product, fact, set, world) ?? []))
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

function* sessionsLike(products: readonly Product[], { world }: LoweredRules): Generator<SessionRecord> {
  for (const product of products) {
    const session = sessionLike(product, world)
    if (session) yield session
  }
}
