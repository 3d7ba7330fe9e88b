/** The comparisons and words of a condition, each with the map it stands in. */
import type { MapEntry, MapNode, YamlNode } from '../language/node.ts'

export interface ConditionSite {
  readonly entry: MapEntry
  readonly map: MapNode
}

const JOINS: ReadonlySet<string> = new Set(['any', 'all', 'not'])

export function conditionSites(node: YamlNode | undefined): readonly ConditionSite[] {
  if (node?.kind === 'seq') return node.items.flatMap(conditionSites)
  if (node?.kind !== 'map') return []
  return node.entries.flatMap((entry) =>
    JOINS.has(entry.key.value) ? conditionSites(entry.value) : [{ entry, map: node }],
  )
}
