/** What kind of YAML a node is, what kinds a schema admits, and how both are said. */
import type { Schema } from '../../core/schema.ts'
import type { YamlNode } from '../node.ts'

export type Kind = 'map' | 'list' | 'string' | 'number' | 'boolean' | 'null'

export type Definitions = Readonly<Record<string, Schema>>

const TYPE_KINDS: Readonly<Record<NonNullable<Schema['type']>, Kind>> = {
  object: 'map',
  array: 'list',
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
}

const ARTICLES: Readonly<Record<Kind, string>> = {
  map: 'a map',
  list: 'a list',
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
}

export function kindOf(node: YamlNode): Kind {
  if (node.kind === 'map') return 'map'
  if (node.kind === 'seq') return 'list'
  const type = typeof node.value
  return type === 'number' || type === 'boolean' ? type : node.value === null ? 'null' : 'string'
}

/** Follows `#/definitions/NAME`; a name that is not defined admits anything. */
export function resolveSchema(schema: Schema, definitions: Definitions): Schema {
  if (schema.$ref === undefined) return schema
  const target = definitions[schema.$ref.replace(/^#\/(?:definitions|\$defs)\//, '')]
  return target ? resolveSchema(target, definitions) : {}
}

/** Kinds a resolved schema may admit; undefined for any. */
export function kindsOf(schema: Schema): readonly Kind[] | undefined {
  if (schema['x-list'] !== undefined) return ['string', 'list']
  if (schema.format === 'duration' || schema.format === 'size') return ['string', 'number']
  if (schema.type !== undefined) return [TYPE_KINDS[schema.type]]
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  if (values) return [...new Set(values.map(valueKind))]
  return schema.properties ? ['map'] : undefined
}

function valueKind(value: string | number | boolean): Kind {
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string'
}

/** `a string`, `an integer`, `a duration`. */
export function wanted(schema: Schema): string {
  if (schema['x-list'] !== undefined) return 'a list of entries or the name of a list file'
  if (schema.format === 'duration') return 'a duration such as `5s`'
  if (schema.format === 'size') return 'a size such as `10 MiB`'
  if (schema.type === 'integer') return 'an integer'
  return (
    kindsOf(schema)
      ?.map((kind) => ARTICLES[kind])
      .join(' or ') ?? 'a value'
  )
}

/** `a`, `a or b`, `a, b or c` */
export function oneOf(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`
}

export function got(node: YamlNode): string {
  const kind = kindOf(node)
  return kind === 'boolean' ? 'a boolean' : ARTICLES[kind]
}

/** The schema for a key; undefined when the key is not known. Properties are all there are, unless the schema says more. */
export function propertySchema(key: string, schema: Schema): Schema | undefined {
  const { properties, patternProperties, additionalProperties } = schema
  if (properties && Object.hasOwn(properties, key)) return properties[key]
  const pattern = Object.keys(patternProperties ?? {}).find((one) => new RegExp(one, 'u').test(key))
  if (pattern !== undefined) return patternProperties?.[pattern]
  if (typeof additionalProperties === 'object') return additionalProperties
  const open = additionalProperties ?? (properties === undefined && patternProperties === undefined)
  return open ? {} : undefined
}
