/**
 * Why mutants of a rule may survive: `mutation: { accept: "no client can tell" }` in the rule, list or entry; with
 * `of: [swap]` beside it the reason is one for these mutations only.
 */
import { type MapNode, textOf, valueOf, type YamlNode } from '../../language/node.ts'
import type { Mutation } from '../../language/files/mutation-schema.ts'
import type { Acceptance } from './mutant.ts'

export function acceptedIn(owner: MapNode, mutation: Mutation): Acceptance | undefined {
  const said = valueOf(owner, 'mutation')
  if (said?.kind !== 'map') return undefined
  const only = valueOf(said, 'of')
  const names = only?.kind === 'seq' ? only.items.map(textOf) : undefined
  return names === undefined || names.includes(mutation) ? acceptance(said) : undefined
}

/** All that a file states, wherever. */
export function acceptancesIn(node: YamlNode): readonly Acceptance[] {
  if (node.kind === 'scalar') return []
  if (node.kind === 'seq') return node.items.flatMap(acceptancesIn)
  return node.entries.flatMap(({ key, value }) => {
    const here = key.value === 'mutation' && value.kind === 'map' ? acceptance(value) : undefined
    return here ? [here] : acceptancesIn(value)
  })
}

function acceptance(said: MapNode): Acceptance | undefined {
  const reason = textOf(valueOf(said, 'accept'))
  return reason === undefined ? undefined : { at: said.at, reason }
}
