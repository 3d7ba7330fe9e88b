/** The plain value behind a checked node: defaults filled in, durations in milliseconds, sizes in octets. */
import type { FromSchema, Schema } from '../../core/schema.ts'
import { type MapNode, type ScalarNode, toJson, type YamlNode } from '../node.ts'
import { type Definitions, propertySchema, resolveSchema } from './kind.ts'
import { alternativeFor } from './walk.ts'
import { parseDuration, parseSize } from '../units.ts'

/**
 * Only for a node that `checkSchema` found good. Objects have no prototype; keys that begin with `x-` are left out. A
 * list option (`x-list`) is a string, or an array of its entries as typed. A default is written as in YAML: `5s`, not
 * 5000.
 */
export function toOptions<const S extends Schema>(
  node: YamlNode,
  schema: S,
  definitions: Definitions = {},
): FromSchema<S> {
  return valueOf(node, schema, definitions) as FromSchema<S>
}

function valueOf(node: YamlNode, schema: Schema, definitions: Definitions): unknown {
  const resolved = resolveSchema(schema, definitions)
  if (resolved.anyOf) return valueOf(node, alternativeFor(node, resolved, definitions) ?? {}, definitions)
  if (resolved['x-list'] !== undefined) return listOption(node)
  if (node.kind === 'scalar') return scalarOption(node, resolved)
  if (node.kind === 'seq') return node.items.map((item) => valueOf(item, resolved.items ?? {}, definitions))
  return mapOption(node, resolved, definitions)
}

function listOption(node: YamlNode): unknown {
  if (node.kind !== 'seq') return toJson(node)
  return node.items.map((item) => (item.kind === 'scalar' ? item.source : toJson(item)))
}

function scalarOption(node: ScalarNode, { format }: Schema): unknown {
  return quantity(node.source, format) ?? node.value
}

function quantity(text: string, format: string | undefined): number | undefined {
  return format === 'duration' ? parseDuration(text) : format === 'size' ? parseSize(text) : undefined
}

function mapOption(map: MapNode, schema: Schema, definitions: Definitions): unknown {
  const options = Object.create(null) as Record<string, unknown>
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const value = defaultOf(resolveSchema(property, definitions))
    if (value !== undefined) options[name] = value
  }
  for (const { key, value } of map.entries) {
    if (key.value.startsWith('x-')) continue
    options[key.value] = valueOf(value, propertySchema(key.value, schema) ?? {}, definitions)
  }
  return options
}

function defaultOf(schema: Schema): unknown {
  const { default: value, format } = schema
  return typeof value === 'string' || typeof value === 'number' ? (quantity(String(value), format) ?? value) : value
}
