/**
 * Whole JSON Schema (draft-07), for schemas that say more than core/schema.ts does: the one door to `ajv`.
 *
 * Its messages are for the authors of such schemas. What admins write by hand goes through `checkSchema`.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'

export interface SchemaError {
  /** JSON pointer into the value; `''` for the value itself. */
  readonly path: string
  readonly message: string
}

/** By schema; each in a world of its own, so that two schemas with the same `$id` do not meet. */
const compiled = new WeakMap<object, ValidateFunction>()

/** Empty when the value is good. Throws an Error when the schema itself cannot be read. */
export function checkWithAjv(schema: object, value: unknown): readonly SchemaError[] {
  const validate = compiled.get(schema) ?? compile(schema)
  return validate(value) ? [] : withoutEchoes(validate.errors ?? []).map(schemaError)
}

function compile(schema: object): ValidateFunction {
  // Unknown keywords such as `x-list`, and unknown formats, are for others to read.
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, logger: false })
  const validate = ajv.compile(schema)
  compiled.set(schema, validate)
  return validate
}

const OUR_KEYWORDS: ReadonlySet<string> = new Set(
  (
    'type description title default examples enum const format pattern x-list x-text x-facts x-path x-outside $ref properties patternProperties ' +
    'additionalProperties propertyNames required anyOf minProperties maxProperties items minItems minLength minimum maximum'
  ).split(' '),
)

/** Whether a schema says more than core/schema.ts can, so that only ajv checks all of it. */
export function isBeyondOurSubset(schema: object): boolean {
  return Object.entries(schema).some(([keyword, value]) => {
    if (!OUR_KEYWORDS.has(keyword)) return true
    const named = keyword === 'properties' || keyword === 'patternProperties'
    const inner: readonly unknown[] = named
      ? Object.values(value as object)
      : keyword === 'anyOf'
        ? (value as [])
        : [value]
    const holdsSchemas = named || ['anyOf', 'items', 'additionalProperties', 'propertyNames'].includes(keyword)
    return holdsSchemas && inner.some((one) => typeof one === 'object' && one !== null && isBeyondOurSubset(one))
  })
}

const ECHOES = new Set(['if', 'anyOf', 'oneOf'])

/** Alternatives repeat what the errors inside them said. */
function withoutEchoes(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const plain = errors.filter(({ keyword }) => !ECHOES.has(keyword))
  const isEcho = ({ keyword, instancePath }: ErrorObject): boolean =>
    ECHOES.has(keyword) && plain.some((one) => one.instancePath.startsWith(instancePath))
  return errors.filter((error) => !isEcho(error))
}

function schemaError({
  instancePath,
  message = 'is not what the schema wants',
  keyword,
  params,
}: ErrorObject): SchemaError {
  const extra: unknown = keyword === 'additionalProperties' ? params['additionalProperty'] : undefined
  return { path: instancePath, message: typeof extra === 'string' ? `must not have the key \`${extra}\`` : message }
}
