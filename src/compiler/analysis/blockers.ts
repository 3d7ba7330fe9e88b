/**
 * Rules that keep others from being asked, kept so that those which matter for a rule are found without looking at all.
 *
 * A rule about one name cannot keep a rule about another one from being asked. So each is filed under one fact for which it
 * has few values; only rules that share such a value, and the few that are about everything, are compared.
 */
import type { AskedRule } from './asked-rule.ts'
import type { Product } from './product.ts'
import type { ValueSet } from './value-set.ts'

/** Up to here every pair is compared. */
const FEW = 16
/** Beyond that, so many of those that are about everything. */
const MOST_GENERAL = 16

export class Blockers {
  readonly #all: AskedRule[] = []
  readonly #byValue = new Map<string, AskedRule[]>()
  readonly #general: AskedRule[] = []

  /** `products`: the sessions it may be about; undefined when they are too many to say. */
  add(rule: AskedRule, products: readonly Product[] | undefined): void {
    this.#all.push(rule)
    const keys = products?.map(narrowest)
    if (!keys || keys.length === 0 || keys.some((some) => some === undefined)) this.#general.push(rule)
    for (const key of keys?.flatMap((some) => some ?? []) ?? []) {
      const filed = this.#byValue.get(key)
      if (!filed) this.#byValue.set(key, [rule])
      else if (filed.at(-1) !== rule) filed.push(rule)
    }
  }

  /** In the order in which they are asked. More than can be compared are left out: then less is proved. */
  for(product: Product): readonly AskedRule[] {
    if (this.#all.length <= FEW) return this.#all
    const keys = [...product].flatMap(([fact, set]) => [...lookUps(fact, set)])
    const found = new Set(keys.flatMap((key) => this.#byValue.get(key)?.slice(0, FEW) ?? []).slice(0, FEW))
    for (const rule of this.#general.slice(0, MOST_GENERAL)) found.add(rule)
    return [...found]
  }
}

/** Longest lists of values that a rule is filed under. */
const MOST_KEYS = 64

/** The keys of the first fact that has few values. */
function narrowest(product: Product): readonly string[] | undefined {
  for (const [fact, set] of product) {
    const keys = set.absent || set.unknown ? undefined : keysOf(fact, set)
    if (keys && keys.length > 0 && keys.length <= MOST_KEYS)
      return set.region.kind === 'range' ? keys.slice(0, 1) : keys
  }
  return undefined
}

/** A flag tells too few rules apart. */
function keysOf(fact: string, { region, literals }: ValueSet): readonly string[] | undefined {
  for (const [key, { wanted }] of literals) if (wanted) return [`${fact} ~ ${key}`]
  if (region.kind === 'range') return region.blocks()?.map((block) => `${fact} = ${block}`)
  const entries = region.kind === 'names' ? region.entries() : region.values()
  if (entries?.some((entry) => entry === 'true' || entry === 'false')) return undefined
  return entries?.map((entry) => `${fact} = ${entry}`)
}

/** Under what a rule could be filed that has something to do with these values. */
function* lookUps(fact: string, set: ValueSet): Generator<string> {
  const { region, literals } = set
  for (const [key, { wanted }] of literals) if (wanted) yield `${fact} ~ ${key}`
  for (const key of keysOf(fact, { ...set, literals: new Map() }) ?? []) yield key
  if (region.kind !== 'names') return
  for (const entry of region.entries() ?? [])
    for (let dot = entry.indexOf('.', 1); dot >= 0; dot = entry.indexOf('.', dot + 1))
      yield `${fact} = ${entry.slice(dot)}`
}
