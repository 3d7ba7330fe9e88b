/** The options of a word as it gets them: names of files (`x-path`) as whole paths, everything else as its schema has it. */
import { resolve } from 'node:path'
import type { Schema } from '../../core/schema.ts'
import type { MapEntry, YamlNode } from '../../language/node.ts'
import { toOptions } from '../../language/schema/check.ts'

/** Only for a node that `checkSchema` found good. Names of files are relative to `directory`. */
export function wordOptions(node: YamlNode, schema: Schema, directory: string): unknown {
  if (node.kind !== 'map') return toOptions(node, schema)
  const isPath = ({ key }: MapEntry): boolean => schema.properties?.[key.value]?.['x-path'] === true
  const entries = node.entries.map((entry) =>
    isPath(entry) ? { ...entry, value: wholePaths(entry.value, directory) } : entry,
  )
  return toOptions({ ...node, entries }, schema)
}

function wholePaths(node: YamlNode, directory: string): YamlNode {
  if (node.kind === 'seq') return { ...node, items: node.items.map((item) => wholePaths(item, directory)) }
  return node.kind === 'scalar' ? { ...node, value: resolve(directory, node.source) } : node
}
