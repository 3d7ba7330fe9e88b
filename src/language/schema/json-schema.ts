/**
 * From our schemas to plain JSON Schema (draft-07) for editors and for ajv: maps are closed, and what our own walker
 * knows by heart (lists, durations, `${param}`) is spelt out.
 */
import type { Schema } from '../../core/schema.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export interface JsonSchemaOptions {
  /** Whether any value may be a `${param}`: so in plugin files. */
  readonly params: boolean
}

const PARAM: JsonSchema = { type: 'string', pattern: '^\\$\\{[^}]+\\}$' }
const LIST_VALUE: JsonSchema = {
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: ['string', 'number', 'boolean'] } }],
}

export function toJsonSchema(schema: Schema, options: JsonSchemaOptions): JsonSchema {
  const { description, default: value, $ref } = schema
  if ($ref !== undefined) return description === undefined ? { $ref } : { description, allOf: [{ $ref }] }
  return {
    ...(description !== undefined && { description }),
    ...(value !== undefined && { default: value }),
    ...shapeOf(schema, options),
  }
}

function shapeOf(schema: Schema, options: JsonSchemaOptions): JsonSchema {
  if (schema['x-list'] !== undefined) return LIST_VALUE
  if (schema.anyOf)
    return { anyOf: [...schema.anyOf.map((one) => toJsonSchema(one, options)), ...(options.params ? [PARAM] : [])] }
  if (schema.type === 'object') return objectOf(schema, options)
  const plain = schema.type === 'array' ? arrayOf(schema, options) : scalarOf(schema)
  const isAnything = Object.keys(plain).length === 0
  return options.params && !isAnything ? { anyOf: [plain, PARAM] } : plain
}

function objectOf(schema: Schema, options: JsonSchemaOptions): JsonSchema {
  const { type, required, minProperties, maxProperties, properties, patternProperties, additionalProperties } = schema
  const extra = patternsOf({ ...patternProperties }, options)
  return {
    type,
    ...(required && { required }),
    ...(minProperties !== undefined && { minProperties }),
    ...(maxProperties !== undefined && { maxProperties }),
    ...(properties && { properties: patternsOf(properties, options) }),
    patternProperties: { ...extra, '^x-': {} },
    additionalProperties:
      typeof additionalProperties === 'object'
        ? toJsonSchema(additionalProperties, options)
        : (additionalProperties ?? false),
  }
}

function patternsOf(schemas: Readonly<Record<string, Schema>>, options: JsonSchemaOptions): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema, options)]))
}

function arrayOf({ type, items, minItems }: Schema, options: JsonSchemaOptions): JsonSchema {
  return { type, ...(items && { items: toJsonSchema(items, options) }), ...(minItems !== undefined && { minItems }) }
}

function scalarOf({
  type,
  enum: values,
  const: only,
  pattern,
  minLength,
  minimum,
  maximum,
  format,
}: Schema): JsonSchema {
  const isMeasure = format === 'duration' || format === 'size'
  return {
    ...(type && { type: isMeasure ? ['string', 'number'] : type }),
    ...(values && { enum: values }),
    ...(only !== undefined && { const: only }),
    ...(pattern !== undefined && { pattern }),
    ...(minLength !== undefined && { minLength }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  }
}
