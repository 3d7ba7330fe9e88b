/**
 * What a fact may be: absent, not to be found out, or a value of a region that meets some predicates.
 *
 * A predicate is a test that no region can express (a regular expression, a long list). It is known by its key alone: equal
 * keys are the same test. Two different ones are taken to have nothing to do with each other, so a set that is really
 * empty may not look it; one that looks empty is.
 */
import type { FactValue } from '../../core/fact.ts'
import { NameTree } from './name-tree.ts'
import { RangeSet } from './range-set.ts'
import { TextSet } from './text-set.ts'

export type AnyRegion = RangeSet | NameTree | TextSet

/** Whether the value meets the predicate; undefined when nobody can tell here, or when tomorrow's answer may differ. */
export type Meets = (value: string | number) => boolean | undefined

export interface Predicate {
  readonly key: string
  readonly meets: Meets
  /** The answer for one value as it stands now, for examples; undefined where only a session could tell. */
  readonly now: (value: FactValue) => boolean | undefined
  /** Texts that may meet it. */
  readonly hints: readonly string[]
}

export interface Literal {
  readonly predicate: Predicate
  readonly wanted: boolean
}

export interface ValueSet {
  readonly absent: boolean
  readonly unknown: boolean
  /** Of values; empty when the fact is only absent or unknown. */
  readonly region: AnyRegion
  /** By key. They speak of values only. */
  readonly literals: ReadonlyMap<string, Literal>
  /** The one value it is, where a single session is looked at. */
  readonly value?: FactValue
}

const NO_LITERALS: ReadonlyMap<string, Literal> = new Map()

export function valuesIn(region: AnyRegion): ValueSet {
  return { absent: false, unknown: false, region, literals: NO_LITERALS }
}

export function meeting(predicate: Predicate, wanted: boolean, all: AnyRegion): ValueSet {
  return { ...valuesIn(all), literals: new Map([[predicate.key, { predicate, wanted }]]) }
}

export function absentOnly(all: AnyRegion): ValueSet {
  return { ...valuesIn(emptyLike(all)), absent: true }
}

export function emptyLike(region: AnyRegion): AnyRegion {
  if (region.kind === 'range') return RangeSet.of([])
  return region.kind === 'names' ? NameTree.of([]) : TextSet.of([])
}

/** A fact has one kind of region; where two meet all the same, the first is kept, which leaves more than there is. */
export function regionAnd(one: AnyRegion, other: AnyRegion): AnyRegion {
  if (one.kind === 'range' && other.kind === 'range') return one.and(other)
  if (one.kind === 'names' && other.kind === 'names') return one.and(other)
  if (one.kind === 'texts' && other.kind === 'texts') return one.and(other)
  return one
}

export function intersect(one: ValueSet, other: ValueSet): ValueSet {
  const literals = joinLiterals(one.literals, other.literals)
  const region = literals ? regionAnd(one.region, other.region) : emptyLike(one.region)
  const value = one.value ?? other.value
  return sifted({
    absent: one.absent && other.absent,
    unknown: one.unknown && other.unknown,
    region,
    literals: literals ?? NO_LITERALS,
    ...(value !== undefined && { value }),
  })
}

/** Undefined when they contradict each other. */
function joinLiterals(
  one: ReadonlyMap<string, Literal>,
  other: ReadonlyMap<string, Literal>,
): ReadonlyMap<string, Literal> | undefined {
  if (one.size === 0 || other.size === 0) return one.size === 0 ? other : one
  const joined = new Map(one)
  for (const [key, literal] of other) {
    if ((joined.get(key)?.wanted ?? literal.wanted) !== literal.wanted) return undefined
    joined.set(key, literal)
  }
  return joined
}

/** Where the values are few, the predicates are asked. */
function sifted(set: ValueSet): ValueSet {
  if (set.value !== undefined)
    return isAsWanted(set.value, set.literals) ? set : { ...set, region: emptyLike(set.region) }
  const values = set.literals.size > 0 ? set.region.values() : undefined
  if (!values) return set
  const kept = values.filter((value) => isPossible(value, set.literals))
  return kept.length === values.length ? set : { ...set, region: regionOf(kept, set.region) }
}

/** For one value that is known, the predicates are asked as they stand. */
function isAsWanted(value: FactValue, literals: ReadonlyMap<string, Literal>): boolean {
  return [...literals.values()].every(({ predicate, wanted }) => (predicate.now(value) ?? wanted) === wanted)
}

function isPossible(value: string | number, literals: ReadonlyMap<string, Literal>): boolean {
  return [...literals.values()].every(({ predicate, wanted }) => (predicate.meets(value) ?? wanted) === wanted)
}

function regionOf(values: readonly (string | number)[], like: AnyRegion): AnyRegion {
  if (like.kind === 'range') return RangeSet.points(values.map(Number))
  const texts = values.map(String)
  return like.kind === 'names' ? NameTree.of(texts) : TextSet.of(texts)
}

export function isEmptySet({ absent, unknown, region }: ValueSet): boolean {
  return !absent && !unknown && region.isEmpty
}

/** Whether every value of the first is in the second, as far as can be told. */
export function isWithin(one: ValueSet, other: ValueSet): boolean {
  if ((one.absent && !other.absent) || (one.unknown && !other.unknown)) return false
  for (const [key, { wanted }] of other.literals)
    if (one.literals.get(key)?.wanted !== wanted) return one.region.isEmpty
  return regionAnd(one.region, other.region.not()).isEmpty
}
