/** What a schema says about one place in a file: for editors, which ask before the file is sound. */
import type { Schema } from '../../core/schema.ts'
import type { Path } from '../yaml/loose-yaml.ts'
import { type Definitions, propertySchema } from './kind.ts'
import { alternativesOf } from './walk.ts'

/** All that the value at a path may be, alternatives one by one; none where nothing is known. */
export function schemasAt(schema: Schema, path: Path, definitions: Definitions): readonly Schema[] {
  let all = alternativesOf(schema, definitions)
  for (const step of path) all = all.flatMap((one) => below(one, step, definitions))
  return all
}

function below(schema: Schema, step: string | number, definitions: Definitions): readonly Schema[] {
  const inner = typeof step === 'number' ? schema.items : propertyOf(schema, step)
  return inner === undefined ? [] : alternativesOf(inner, definitions)
}

function propertyOf(schema: Schema, key: string): Schema | undefined {
  const isMap = schema.type === 'object' || schema.properties !== undefined
  return isMap ? propertySchema(key, schema) : undefined
}

/** What the value behind a key is said to be, and what it may be. */
export function describedAt(schema: Schema, path: Path, definitions: Definitions): Schema | undefined {
  const step = path.at(-1)
  const owners = schemasAt(schema, path.slice(0, -1), definitions)
  const found = owners.map((one) => (typeof step === 'string' ? propertyOf(one, step) : one.items))
  return found.find((one) => one?.description !== undefined) ?? found.find((one) => one !== undefined)
}
