/**
 * YAML as Postern sees it: maps, sequences and scalars that know where they stand. Aliases, tags and merge keys never
 * get this far: where they stood is a *faulty* node, which has been reported and means nothing.
 */
import type { Span } from './diagnostic.ts'

interface Placed {
  readonly at: Span
  /** Reported already: whoever meets this node leaves it alone, so that one mistake stays one finding. */
  readonly faulty?: true
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** The text as typed: `5.10`, not 5.1. Of a quoted or block scalar, its value. */
  readonly source: string
  /** In quotes, or a block text (`|`, `>`). */
  readonly quoted: boolean
  /** All that was typed, quotes and escapes included; absent where nobody typed it. */
  readonly typed?: string
}

export interface MapEntry {
  readonly key: ScalarNode & { readonly value: string }
  readonly value: YamlNode
}

export interface MapNode extends Placed {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}

export interface SeqNode extends Placed {
  readonly kind: 'seq'
  readonly items: readonly YamlNode[]
}

export type YamlNode = ScalarNode | MapNode | SeqNode

export function entryOf(map: MapNode, key: string): MapEntry | undefined {
  return map.entries.find((entry) => entry.key.value === key)
}

export function valueOf(map: MapNode, key: string): YamlNode | undefined {
  return entryOf(map, key)?.value
}

/** None for what is no map. */
export function entriesOf(node: YamlNode | undefined): readonly MapEntry[] {
  return node?.kind === 'map' ? node.entries : []
}

/** None for what is no sequence. */
export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === 'seq' ? node.items : []
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
