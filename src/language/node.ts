/**
 * YAML as Postern sees it: maps, sequences and scalars that know where they stand. Aliases, tags and merge keys never
 * get this far.
 */
import type { Span } from './diagnostic.ts'

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly at: Span
  readonly value: string | number | boolean | null
  /** As typed, without quotes for plain scalars: `5.10`, not 5.1. */
  readonly source: string
  readonly quoted: boolean
}

export interface MapEntry {
  readonly key: ScalarNode & { readonly value: string }
  readonly value: YamlNode
}

export interface MapNode {
  readonly kind: 'map'
  readonly at: Span
  readonly entries: readonly MapEntry[]
}

export interface SeqNode {
  readonly kind: 'seq'
  readonly at: Span
  readonly items: readonly YamlNode[]
}

export type YamlNode = ScalarNode | MapNode | SeqNode

export function entryOf(map: MapNode, key: string): MapEntry | undefined {
  return map.entries.find((entry) => entry.key.value === key)
}

export function valueOf(map: MapNode, key: string): YamlNode | undefined {
  return entryOf(map, key)?.value
}

/** The text of a string scalar; undefined for anything else. */
export function textOf(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
}

/** Plain JSON: maps become objects without a prototype. */
export function toJson(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'seq') return node.items.map(toJson)
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const { key, value } of node.entries) object[key.value] = toJson(value)
  return object
}
