/** Trees for what another program's files say. Each node stands where that is said, so findings point there. */
import type { Span } from '../../language/diagnostic.ts'
import type { MapEntry, MapNode, ScalarNode, SeqNode, YamlNode } from '../../language/node.ts'

export type Value = string | number | boolean

export function scalar(value: Value, at: Span): ScalarNode {
  return { kind: 'scalar', at, value, source: String(value), quoted: typeof value === 'string' }
}

export function seq(items: readonly YamlNode[], at: Span): SeqNode {
  return { kind: 'seq', at, items }
}

export function entry(name: string, value: YamlNode): MapEntry {
  return { key: { kind: 'scalar', at: value.at, value: name, source: name, quoted: false }, value }
}

export function map(entries: readonly MapEntry[], at: Span): MapNode {
  return { kind: 'map', at, entries }
}
