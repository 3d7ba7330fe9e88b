/**
 * Conditions that say nothing: those that can never hold (FLW503), and those that always do (FLW504).
 *
 * Of a condition that can never hold the two parts are named that exclude each other, where two are enough.
 */
import type { Finding } from '../../language/diagnostic.ts'
import { type AskedRule, conditionOf } from './asked-rule.ts'
import { type Basis, type Formula, isPlaced, type Placed, sessionsWith, spanOf } from './formula.ts'
import type { World } from './product.ts'
import { LIKELY_NOTE } from './findings.ts'

type Wanted = 'hit' | 'hardly'

function isImpossible(formula: Formula, want: Wanted, world: World, basis: Basis): boolean {
  return sessionsWith(formula, want, { world, basis })?.length === 0
}

/** Undefined when it can hold as far as anybody knows. What is certain is also likely. */
function basisOf(formula: Formula, want: Wanted, world: World): Basis | undefined {
  if (!isImpossible(formula, want, world, 'likely')) return undefined
  return isImpossible(formula, want, world, 'certain') ? 'certain' : 'likely'
}

export function idleConditions(rule: AskedRule, world: World): readonly Finding[] {
  return (
    neverHolds(rule, world) ??
    [rule.match, ...(rule.unless ? [rule.unless] : [])].flatMap((formula) => [
      ...deadBranches(formula, world),
      ...alwaysHolding(formula, world),
    ])
  )
}

/** What keeps a rule from ever applying; undefined when it may. */
export function neverHolds(asked: AskedRule, world: World): readonly Finding[] | undefined {
  const own = neverApplies(asked, world)
  if (own || !isPlaced(asked.scope)) return own
  const { scope, plugin, rule, at } = asked
  const alone = basisOf(scope, 'hit', world)
  if (alone) return [impossible(scope, alone, world, `the condition of the entry of \`${plugin.name}\` can never hold`)]
  const basis = basisOf(conditionOf(asked), 'hit', world)
  if (!basis) return undefined
  const message = `rule \`${rule.id}\` can never apply: the entry of \`${plugin.name}\` leaves out all that it is about`
  return [{ ...common(basis), code: 'FLW503', at, message, labels: [{ ...spanOf(scope), text: 'this excludes it' }] }]
}

function neverApplies({ match, unless, rule, at }: AskedRule, world: World): readonly Finding[] | undefined {
  const alone = isPlaced(match) ? basisOf(match, 'hit', world) : undefined
  if (alone && isPlaced(match))
    return [impossible(match, alone, world, `the condition of rule \`${rule.id}\` can never hold`)]
  if (!unless || !isPlaced(unless)) return undefined
  const both: Formula = { kind: 'all', at, parts: [{ kind: 'not', at, part: unless }, match] }
  const basis = basisOf(both, 'hit', world)
  if (!basis) return undefined
  const message = `rule \`${rule.id}\` can never apply: what \`unless\` exempts is all that \`match\` asks for`
  const labels = isPlaced(match) ? [{ ...spanOf(match), text: 'the rule is about these sessions' }] : []
  return [
    { ...common(basis), code: 'FLW503', at: spanOf(unless), message, label: 'and all of them are exempt', labels },
  ]
}

function common(basis: Basis): Pick<Finding, 'severity' | 'notes'> {
  return basis === 'certain' ? { severity: 'warning' } : { severity: 'info', notes: [LIKELY_NOTE] }
}

function impossible(formula: Placed, basis: Basis, world: World, message: string): Finding {
  const parts = conjuncts(formula)
  const help = 'correct one of them, or delete the rule'
  const single = parts.find((part) => isImpossible(part, 'hit', world, basis))
  if (single)
    return { ...common(basis), code: 'FLW503', at: spanOf(single), message, label: 'no session is like this', help }
  const pair = excludingPair(parts, basis, world)
  if (!pair)
    return { ...common(basis), code: 'FLW503', at: spanOf(formula), message, label: 'not all of this at once', help }
  const [first, second] = pair
  const labels = [{ ...spanOf(first), text: 'this excludes it' }]
  return { ...common(basis), code: 'FLW503', at: spanOf(second), message, label: 'this can never hold', labels, help }
}

function conjuncts(formula: Formula): readonly Placed[] {
  if (formula.kind === 'all') return formula.parts.flatMap(conjuncts)
  return isPlaced(formula) ? [formula] : []
}

function excludingPair(parts: readonly Placed[], basis: Basis, world: World): readonly [Placed, Placed] | undefined {
  for (const [index, second] of parts.entries())
    for (const first of parts.slice(0, index)) {
      const both: Formula = { kind: 'all', at: spanOf(second), parts: [first, second] }
      if (isImpossible(both, 'hit', world, basis)) return [first, second]
    }
  return undefined
}

/** Alternatives that are none. */
function deadBranches(formula: Formula, world: World): readonly Finding[] {
  if (formula.kind === 'all') return formula.parts.flatMap((part) => deadBranches(part, world))
  if (formula.kind !== 'any') return []
  return formula.parts.flatMap((part) => {
    const basis = isPlaced(part) ? basisOf(part, 'hit', world) : undefined
    if (basis && isPlaced(part)) return [impossible(part, basis, world, 'this alternative can never hold')]
    return deadBranches(part, world)
  })
}

/** The outermost condition is enough. */
function alwaysHolding(formula: Formula, world: World): readonly Finding[] {
  if (!isPlaced(formula)) return []
  const basis = basisOf(formula, 'hardly', world)
  if (basis) return [tautology(formula, basis)]
  if (formula.kind === 'not') return alwaysHolding(formula.part, world)
  return formula.kind === 'ask' ? [] : formula.parts.flatMap((part) => alwaysHolding(part, world))
}

function tautology(formula: Placed, basis: Basis): Finding {
  return {
    ...common(basis),
    code: 'FLW504',
    at: spanOf(formula),
    message: formula.kind === 'ask' ? `\`${formula.text}\` always holds` : 'this condition always holds',
    label: 'every session is like this',
    help: 'delete it, or write `always` to say it on purpose',
  }
}
