/** Conditions turned round, with other numbers and networks, and with a value less. */
import { entryOf, type MapEntry, type MapNode, type ScalarNode, type YamlNode } from '../../language/node.ts'
import type { ConditionSite } from '../condition-sites.ts'
import { made, type Place, scalar, spanOf } from './make.ts'
import type { Mutant } from './mutant.ts'
import { neighbours } from './scalars.ts'

export function ofCondition(place: Place, { entry, map }: ConditionSite): readonly Mutant[] {
  const values = place.answered.has(entry.key.value) ? [] : valuesOf(place, entry.value)
  return [negated(place, entry, map), ...values]
}

/** Behind the other keys of its map, which are asked first then; `not` may stand there twice, for it is one among them. */
function negated(place: Place, entry: MapEntry, map: MapNode): Mutant {
  const inner: MapNode = { kind: 'map', at: map.at, entries: [entry] }
  const not: MapEntry = { key: { ...entry.key, value: 'not', source: 'not' }, value: inner }
  const entries = map.entries.map((one) => (one === entry ? not : one))
  const what = `\`${entry.key.source}\` is turned round`
  const mutant = made(place, { mutation: 'negate', target: map, by: { ...map, entries }, what })
  return { ...mutant, at: entry.key.at, edit: { kind: 'negate', before: spanOf(entry) } }
}

export function valuesOf(place: Place, node: YamlNode): readonly Mutant[] {
  if (node.kind === 'map') return node.entries.flatMap(({ value }) => valuesOf(place, value))
  if (node.kind === 'scalar') return neighboursOf(place, node)
  const dropped = node.items.length > 1 ? node.items.map((item) => drop(place, item)) : []
  return [...dropped, ...node.items.flatMap((item) => valuesOf(place, item))]
}

export function drop(place: Place, item: YamlNode): Mutant {
  const text = item.kind === 'scalar' ? `\`${item.source}\`` : 'one of several'
  return made(place, { mutation: 'value', target: item, by: undefined, what: `${text} is gone` })
}

export function neighboursOf(place: Place, node: ScalarNode): readonly Mutant[] {
  return neighbours(node).map(({ mutation, text, value }) =>
    made(place, {
      mutation,
      target: node,
      by: { ...scalar(node, text), value },
      what: `\`${node.source}\` is ${text}`,
    }),
  )
}

export function withoutExemptions(place: Place, owner: MapNode): readonly Mutant[] {
  const unless = entryOf(owner, 'unless')
  if (!unless) return []
  const what = 'the exemptions are gone'
  const mutant = made(place, { mutation: 'unless', target: unless.value, by: undefined, what })
  return [{ ...mutant, at: unless.key.at, edit: { kind: 'text', before: spanOf(unless), after: undefined } }]
}
