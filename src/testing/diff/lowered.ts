/** The rules of two sites as the analysis sees them, in one world: what both ask for has one name. */
import { type AskedRule, askedRule, conditionOf } from '../../compiler/analysis/asked-rule.ts'
import { type Ask, asksIn } from '../../compiler/analysis/formula.ts'
import type { Outline } from '../../compiler/analysis/outline.ts'
import type { World } from '../../compiler/analysis/product.ts'
import { universeOf } from '../../compiler/analysis/universe.ts'
import type { ValueSet } from '../../compiler/analysis/value-set.ts'
import { keyOf } from './inventory.ts'

export interface LoweredRules {
  /** By `hook plugin/rule`, in the order in which they are asked; handlers are not among them. */
  readonly before: ReadonlyMap<string, AskedRule>
  readonly after: ReadonlyMap<string, AskedRule>
  readonly world: World
  /** Whether anybody can log in, and so may relay without a rule that says so. */
  readonly logins: boolean
}

/** One session is looked at from its end: when a fact is asked makes no difference to its name. */
const ANY_TIME = { of: () => '', change: () => undefined }

export function lowerBoth(before: Outline, after: Outline): LoweredRules {
  const universe = new Map<string, ValueSet>()
  const logins = [before, after].some(({ plugins }) =>
    plugins.some(({ chains }) => chains.some(({ hook }) => hook === 'auth')),
  )
  return { before: lowered(before, universe), after: lowered(after, universe), world: worldOf(universe), logins }
}

function lowered(outline: Outline, universe: Map<string, ValueSet>): ReadonlyMap<string, AskedRule> {
  const asking = { outline, universe, hasCode: outline.plugins.some(({ file }) => !file) }
  const rules = outline.plugins.flatMap((plugin) =>
    plugin.chains.flatMap((chain) =>
      chain.rules.flatMap((_, index) => askedRule({ plugin, chain, index, moments: ANY_TIME, asking })),
    ),
  )
  return new Map(rules.map((rule) => [keyOf({ hook: rule.hook, plugin: rule.plugin.name, rule: rule.rule.id }), rule]))
}

/** What others answer, and what rules write. */
const OF_OTHERS = /^(?:(?:word|free|skip) |note\.)/

function worldOf(universe: ReadonlyMap<string, ValueSet>): World {
  return (fact) => {
    const known = universe.get(fact)
    return known && OF_OTHERS.test(fact) ? known : { ...universeOf(fact, 'rcpt'), unknown: false }
  }
}

export function asksOf(rule: AskedRule): readonly Ask[] {
  return asksIn(conditionOf(rule))
}
