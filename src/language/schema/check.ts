/**
 * Checks a YAML tree against our part of JSON Schema (core/schema.ts), in the admin's words.
 *
 * Unknown keys are errors in a map whose schema lists its keys; keys that begin with `x-` are always allowed. A text
 * that is exactly `${name}` stands for a parameter and is accepted for any type. Alternatives (`anyOf`) are told apart
 * by what kind of YAML they are, so that a typo stays one finding. The entries of a list without `items` are not looked
 * at: whoever leaves them out checks them one by one.
 */
import type { Schema } from '../../core/schema.ts'
import type { Report } from '../diagnostic.ts'
import type { YamlNode } from '../node.ts'
import { SchemaWalk, type SchemaUse } from './walk.ts'

export { toOptions } from './options.ts'
export type { SchemaUse } from './walk.ts'

/** False when the node is not what the schema wants, or holds something that was reported before. */
export function checkSchema(node: YamlNode, schema: Schema, report: Report, use: SchemaUse): boolean {
  return new SchemaWalk(report, use).check(node, schema, { subject: use.what })
}
