/** Mutants of a chain: of each rule, and of the order they stand in. */
import { placeOf } from '../../language/diagnostic.ts'
import { type MapNode, type SeqNode, textOf, valueOf, type YamlNode } from '../../language/node.ts'
import { acceptedIn } from './acceptance.ts'
import { flipped } from './answer-mutants.ts'
import { ofCondition, valuesOf, withoutExemptions } from './condition-mutants.ts'
import { conditionSites } from '../condition-sites.ts'
import { made, type Place } from './make.ts'
import type { Mutant } from './mutant.ts'
import { swapItems } from './tree.ts'

export function ofChain(chain: Chain, rules: SeqNode): readonly Mutant[] {
  return [...rules.items.flatMap((rule) => ofRule(chain, rule)), ...swaps(chain, rules)]
}

export type Chain = Pick<Place, 'file' | 'root' | 'answered'> & { readonly hook: string }

function ofRule(chain: Chain, rule: YamlNode): readonly Mutant[] {
  if (rule.kind !== 'map') return []
  const id = textOf(valueOf(rule, 'id')) ?? ''
  const place: Place = { ...chain, owner: rule, name: id, touches: [placeOf(rule.at)] }
  const unless = valueOf(rule, 'unless')
  return [
    made(place, { mutation: 'delete', target: rule, by: undefined, what: `rule \`${id}\` is gone` }),
    ...flipped(place, rule),
    ...withoutExemptions(place, rule),
    ...[valueOf(rule, 'match'), unless].flatMap(conditionSites).flatMap((site) => ofCondition(place, site)),
    ...numbersAdded(place, rule),
  ]
}

/** What a rule adds to scores and notes. */
function numbersAdded(place: Place, rule: MapNode): readonly Mutant[] {
  const add = valueOf(rule, 'add')
  return add?.kind === 'map' ? add.entries.flatMap(({ value }) => valuesOf(place, value)) : []
}

function swaps(chain: Chain, list: SeqNode): readonly Mutant[] {
  return list.items.slice(1).flatMap((second, index): readonly Mutant[] => {
    const first = list.items[index]
    if (first?.kind !== 'map' || second.kind !== 'map') return []
    const [one = '', two = ''] = [first, second].map((rule) => textOf(valueOf(rule, 'id')))
    const what = `rule \`${two}\` comes before \`${one}\``
    const place: Place = { ...chain, owner: first, name: one, touches: [placeOf(first.at), placeOf(second.at)] }
    const mutant = made(place, { mutation: 'swap', target: list, by: list, what })
    const accepted = mutant.accepted ?? acceptedIn(second, 'swap')
    const edit = { kind: 'swap', first: first.at, second: second.at } as const
    return [
      { ...mutant, at: first.at, edit, accepted, tree: swapItems(chain.root, list, index), needsAnotherCourse: true },
    ]
  })
}
