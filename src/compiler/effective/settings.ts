/** The settings of a site file, those that nobody wrote included: each with its place, or as a default. */
import { LIMITS } from '../../core/limits.ts'
import type { Schema } from '../../core/schema.ts'
import { isKeyOf } from '../../core/table.ts'
import { type MapNode, toJson, valueOf, type YamlNode } from '../../language/node.ts'
import { kindOf, kindsOf, propertySchema } from '../../language/schema/kind.ts'
import { concealed } from './conceal.ts'
import type { EffectiveSetting } from './report.ts'
import type { Places } from './places.ts'

/** Told elsewhere, or for other readers. */
const LEFT_OUT: ReadonlySet<string> = new Set(['plugins'])
/** Whose defaults hold where the site says nothing at all about them. Elsewhere nothing said is nothing there. */
const ALWAYS_THERE: ReadonlySet<string> = new Set(['dns', 'log', 'reload'])
/** Of which only what was given is told: there are many, and their defaults have a page. */
const GIVEN_ONLY: ReadonlySet<string> = new Set(['limits', 'extensions'])

export function settingsIn(root: MapNode, schema: Schema, places: Places): readonly EffectiveSetting[] {
  const names = new Set([...Object.keys(schema.properties ?? {}), ...root.entries.map(({ key }) => key.value)])
  return [...names]
    .filter((name) => !LEFT_OUT.has(name) && !name.startsWith('x-'))
    .flatMap((name) => settingsAt(name, valueOf(root, name), propertySchema(name, schema) ?? {}, places))
    .filter(isWorthTelling)
}

/** A limit that is what it is anyway says nothing. */
function isWorthTelling({ name, value }: EffectiveSetting): boolean {
  const limit = name.startsWith('limits.') ? name.slice('limits.'.length) : ''
  return !isKeyOf(LIMITS, limit) || LIMITS[limit].default !== value
}

function settingsAt(
  name: string,
  node: YamlNode | undefined,
  schema: Schema,
  places: Places,
): readonly EffectiveSetting[] {
  if (!node) return defaultsOf(name, schema)
  if (node.kind === 'map') return settingsOfMap(name, node, alternativeOf(schema, node), places)
  const items = node.kind === 'seq' ? node.items : []
  if (items.some(({ kind }) => kind !== 'scalar'))
    return items.flatMap((item, index) =>
      settingsAt(`${name}[${index}]`, item, alternativeOf(schema, node).items ?? {}, places),
    )
  return [{ name, value: concealed(toJson(node), name), from: 'given', at: places.of(node.at) }]
}

function settingsOfMap(name: string, node: MapNode, schema: Schema, places: Places): readonly EffectiveSetting[] {
  const known = GIVEN_ONLY.has(name) ? [] : Object.keys(schema.properties ?? {})
  const keys = new Set([...known, ...node.entries.map(({ key }) => key.value)])
  return [...keys].flatMap((key) =>
    settingsAt(`${name}.${key}`, valueOf(node, key), propertySchema(key, schema) ?? {}, places),
  )
}

/** The schema for a value of this kind. */
function alternativeOf(schema: Schema, node: YamlNode): Schema {
  return schema.anyOf?.find((one) => kindsOf(one)?.includes(kindOf(node))) ?? schema
}

function defaultsOf(name: string, schema: Schema): readonly EffectiveSetting[] {
  if (schema.default !== undefined) return [{ name, value: schema.default, from: 'default' }]
  if (!ALWAYS_THERE.has(name)) return []
  return Object.entries(schema.properties ?? {}).flatMap(([key, one]) => defaultsOf(`${name}.${key}`, one))
}
