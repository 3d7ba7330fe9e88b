/**
 * Conditions as the analysis sees them, and what is left of a set of sessions when one holds, misses, or may do either.
 *
 * A set of sessions is a union of products: each says of some facts what they may be, and nothing of the others.
 * Kleene's tables hold: a condition that cannot be found out neither holds nor misses.
 */
import type { Span } from '../../language/diagnostic.ts'
import { isWithin, type ValueSet } from './value-set.ts'
import { EVERY_SESSION, narrowed, type Product, type World } from './product.ts'

/** A question about one fact: the values for which it holds, and those for which it misses; the rest is not found out. */
export interface Question {
  readonly hit: ValueSet
  readonly miss: ValueSet
  /** Names of facts, or of words that are asked. */
  readonly fact: string
}

export type Formula =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | {
      readonly kind: 'ask'
      readonly at: Span
      /** As written, for people. */
      readonly text: string
      /** What holds whatever happens. */
      readonly certain: Question
      /** What holds while lists hold what they hold now, and who is asked twice answers alike. */
      readonly likely: Question
    }
  | Junction
  | { readonly kind: 'not'; readonly at: Span; readonly part: Formula }

export interface Junction {
  readonly kind: 'all' | 'any'
  readonly at: Span
  readonly parts: readonly Formula[]
}

/** Anything that was written down. */
export type Placed = Exclude<Formula, { readonly kind: 'always' } | { readonly kind: 'never' }>

export function isPlaced(formula: Formula): formula is Placed {
  return formula.kind !== 'always' && formula.kind !== 'never'
}

/** A conjunction stands where its first part does. */
export function spanOf(formula: Placed): Span {
  const first = formula.kind === 'all' ? formula.parts.find(isPlaced) : undefined
  return first ? spanOf(first) : formula.at
}

export type Ask = Extract<Formula, { readonly kind: 'ask' }>

/** How much a proof may rely on. */
export type Basis = 'certain' | 'likely'

export interface Terms {
  readonly world: World
  readonly basis: Basis
}

/** `maybe` and `hardly`: where it is not sure that it misses, or that it holds. */
export type Want = 'hit' | 'miss' | 'maybe' | 'hardly'

const OPPOSITE: Readonly<Record<Want, Want>> = { hit: 'miss', miss: 'hit', maybe: 'hardly', hardly: 'maybe' }

/** More products than this are too many to say anything about. */
const MOST_PRODUCTS = 96

/** Undefined when there would be too many products. */
export function restrict(
  products: readonly Product[],
  formula: Formula,
  want: Want,
  terms: Terms,
): readonly Product[] | undefined {
  const isWanted = want === 'hit' || want === 'maybe'
  switch (formula.kind) {
    case 'always':
      return isWanted ? products : []
    case 'never':
      return isWanted ? [] : products
    case 'not':
      return restrict(products, formula.part, OPPOSITE[want], terms)
    case 'ask':
      return products.flatMap((product) => answered(product, formula, want, terms))
    case 'all':
      return isWanted ? inTurn(products, formula.parts, want, terms) : eachPart(products, formula.parts, want, terms)
    case 'any':
      return isWanted ? eachPart(products, formula.parts, want, terms) : inTurn(products, formula.parts, want, terms)
  }
}

type Hits = WeakMap<Formula, { readonly products: readonly Product[] | undefined }>

/** By world: for which sessions a formula is likely to hold, which is asked of each rule several times. */
const known = new WeakMap<World, Hits>()

/** What is left of all sessions. A world says the same of a fact each time. */
export function sessionsWith(formula: Formula, want: Want, terms: Terms): readonly Product[] | undefined {
  if (want !== 'hit' || terms.basis !== 'likely') return restrict([EVERY_SESSION], formula, want, terms)
  const hits: Hits = known.get(terms.world) ?? new WeakMap()
  known.set(terms.world, hits)
  const found = hits.get(formula) ?? { products: restrict([EVERY_SESSION], formula, want, terms) }
  hits.set(formula, found)
  return found.products
}

function answered(product: Product, { certain, likely }: Ask, want: Want, { world, basis }: Terms): readonly Product[] {
  const { fact, hit, miss } = basis === 'certain' ? certain : likely
  const side = want === 'hit' || want === 'maybe' ? hit : miss
  const wanted = want === 'hit' || want === 'miss' ? side : { ...side, unknown: true }
  const left = narrowed(product, fact, wanted, world)
  return left ? [left] : []
}

function inTurn(
  products: readonly Product[],
  parts: readonly Formula[],
  want: Want,
  terms: Terms,
): readonly Product[] | undefined {
  let left: readonly Product[] | undefined = products
  for (const part of parts) {
    left = left && left.length > 0 ? restrict(left, part, want, terms) : left
    if (left && left.length > MOST_PRODUCTS) return undefined
  }
  return left
}

function eachPart(
  products: readonly Product[],
  parts: readonly Formula[],
  want: Want,
  terms: Terms,
): readonly Product[] | undefined {
  const union: Product[] = []
  for (const part of parts) {
    const left = restrict(products, part, want, terms)
    if (!left) return undefined
    for (const product of left) if (!union.some((one) => isPart(product, one))) union.push(product)
    if (union.length > MOST_PRODUCTS) return undefined
  }
  return union
}

/** Whether all sessions of the first are among those of the second, as far as can be told fact by fact. */
function isPart(one: Product, other: Product): boolean {
  for (const [fact, set] of other) {
    const mine = one.get(fact)
    if (!mine || (mine !== set && !isWithin(mine, set))) return false
  }
  return true
}

/** Every question in it, from left to right. */
export function asksIn(formula: Formula): readonly Ask[] {
  if (formula.kind === 'ask') return [formula]
  if (formula.kind === 'not') return asksIn(formula.part)
  return formula.kind === 'all' || formula.kind === 'any' ? formula.parts.flatMap(asksIn) : []
}
