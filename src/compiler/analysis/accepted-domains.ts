/**
 * For which domains rules accept mail of strangers: a policy for another one is nobody's here (POL004).
 *
 * Asked of the domain and of all names below it that rules and their lists name. Whatever cannot be told counts as accepted.
 */
import { type AskedRule, conditionOf } from './asked-rule.ts'
import { asksIn, type Ask, type Formula, restrict } from './formula.ts'
import { NameTree } from './name-tree.ts'
import type { Outline } from './outline.ts'
import type { World } from './product.ts'
import { TextSet } from './text-set.ts'
import { type ValueSet, valuesIn } from './value-set.ts'

interface Known {
  readonly outline: Outline
  readonly rules: readonly AskedRule[]
  readonly world: World
}

/** Undefined where rules do not decide about recipients, or not rules alone. */
export function acceptedDomains({ outline, rules, world }: Known): ((domain: string) => boolean) | undefined {
  const accepting = rules.filter(
    ({ hook, ends, answer }) => hook === 'rcpt' && ends === 'hook' && answer?.startsWith('["OK"'),
  )
  if (accepting.length === 0 || outline.plugins.some(({ file }) => !file)) return undefined
  const formulas = accepting.map(conditionOf)
  const named = [...namesInRules(formulas), ...namesInLists(outline)]
  return (domain) => {
    const below = named.filter((name) => name.endsWith(`.${domain}`)).map(nameIn)
    const candidates = [domain, nameIn(`.${domain}`), ...below]
    return candidates.some((name) => formulas.some((formula) => mayHold(formula, name, world)))
  }
}

/** `.example.org` is every name below it: one that nobody has named stands for them. */
function nameIn(entry: string): string {
  return entry.startsWith('.') ? `no-such-name-37${entry}` : entry
}

function mayHold(formula: Formula, domain: string, world: World): boolean {
  const known = new Map(asksIn(formula).flatMap((ask) => knownOf(ask, domain)))
  return restrict([known], formula, 'maybe', { world, basis: 'likely' })?.length !== 0
}

/** A stranger, and a recipient in this domain. */
function knownOf({ likely: { fact } }: Ask, domain: string): readonly (readonly [string, ValueSet])[] {
  const [name] = fact.split('@', 1)
  if (name === 'rcpt.domain') return [[fact, { ...valuesIn(NameTree.of([domain])), value: domain }]]
  return name === 'relay_client' ? [[fact, valuesIn(TextSet.of(['false']))]] : []
}

function namesInRules(formulas: readonly Formula[]): readonly string[] {
  return formulas
    .flatMap(asksIn)
    .flatMap(({ likely: { hit } }) => (hit.region.kind === 'names' ? (hit.region.entries() ?? []) : []))
}

function namesInLists({ plugins }: Outline): readonly string[] {
  const lists = plugins.flatMap((plugin) => plugin.lists.names.flatMap((name) => plugin.lists.get(name)?.index ?? []))
  return [...new Set(lists)].flatMap((index) =>
    index.kind === 'domain' ? Array.from(index.entries(), ({ text }) => text.toLowerCase()) : [],
  )
}
