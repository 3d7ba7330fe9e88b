/** The walk behind `checkSchema`: maps, lists and alternatives. What is wrong with one scalar is said in schema-scalar.ts. */
import type { Schema } from '../../core/schema.ts'
import { type Finding, Report } from '../diagnostic.ts'
import type { MapEntry, MapNode, SeqNode, YamlNode } from '../node.ts'
import { missingKey, type Place, unknownKey, wrongCount, wrongKind } from './findings.ts'
import { type Definitions, type Kind, kindOf, kindsOf, oneOf, propertySchema, resolveSchema, wanted } from './kind.ts'
import { scalarFinding } from './scalar.ts'
import { suggest } from '../suggest.ts'

export interface SchemaUse {
  /** What the node is, for messages: `a rule`. */
  readonly what: string
  readonly hook?: string
  readonly rule?: string
  /** Targets of `$ref: '#/definitions/NAME'`. */
  readonly definitions?: Definitions
}

const PARAMETER = /^\$\{\s*[A-Za-z][\w.:-]*\s*\}$/

export class SchemaWalk {
  readonly #report: Report
  readonly #use: SchemaUse
  readonly #definitions: Definitions

  constructor(report: Report, use: SchemaUse) {
    this.#report = report
    this.#use = use
    this.#definitions = use.definitions ?? {}
  }

  check(node: YamlNode, schema: Schema, place: Place): boolean {
    if (node.faulty) return false
    if (isParameter(node)) return true
    const resolved = resolveSchema(schema, this.#definitions)
    if (resolved.anyOf) return this.#anyOf(node, resolved, place)
    const kinds = kindsOf(resolved)
    if (node.kind === 'scalar' && (kinds === undefined || kinds.some(isScalarKind))) {
      return this.#accept(scalarFinding(node, resolved, place))
    }
    if (kinds && !kinds.includes(kindOf(node)))
      return this.#accept(wrongKind(node, wanted(resolved), kinds, place, resolved))
    return node.kind === 'map'
      ? this.#map(node, resolved, place)
      : node.kind === 'scalar' || this.#seq(node, resolved, place)
  }

  /** Reports what was found, if anything. */
  #accept(finding: Finding | undefined): boolean {
    if (!finding) return true
    const { hook, rule } = this.#use
    this.#report.add({ ...finding, ...(hook !== undefined && { hook }), ...(rule !== undefined && { rule }) })
    return false
  }

  #anyOf(node: YamlNode, schema: Schema, place: Place): boolean {
    const alternative = alternativeFor(node, schema, this.#definitions)
    if (alternative) return this.check(node, alternative, place)
    const all = alternativesOf(schema, this.#definitions)
    const kinds = all.flatMap((one) => kindsOf(one) ?? [])
    return this.#accept(wrongKind(node, oneOf([...new Set(all.map(wanted))]), kinds, place))
  }

  #seq(node: SeqNode, schema: Schema, place: Place): boolean {
    const good = this.#accept(wrongCount(node, node.items.length, schema.minItems, undefined, place))
    const isOthersBusiness = schema.type === 'array' && schema.items === undefined
    return isOthersBusiness ? good : this.#items(node, schema, place) && good
  }

  #items({ items }: SeqNode, schema: Schema, place: Place): boolean {
    const itemPlace = { subject: `an entry of ${place.subject}` }
    const good = items.map((item) =>
      schema['x-list'] === undefined
        ? this.check(item, schema.items ?? {}, itemPlace)
        : this.#listEntry(item, itemPlace),
    )
    return good.every(Boolean)
  }

  /** Entries are read as typed: `10.0` is as good as a text. */
  #listEntry(node: YamlNode, place: Place): boolean {
    if (node.faulty) return false
    const good = node.kind === 'scalar' && node.value !== null
    return good || this.#accept(wrongKind(node, 'a string', ['string'], place))
  }

  #map(map: MapNode, schema: Schema, place: Place): boolean {
    const count = map.entries.length
    const good = [
      ...map.entries.map((entry) => this.#entry(entry, map, schema, place)),
      ...missingKeys(map, schema).map((key) => this.#accept(missingKey(key, map, schema, place))),
      count === 0 && schema.required
        ? true
        : this.#accept(wrongCount(map, count, schema.minProperties, schema.maxProperties, place)),
    ]
    return good.every(Boolean)
  }

  #entry({ key, value }: MapEntry, map: MapNode, schema: Schema, place: Place): boolean {
    if (key.value.startsWith('x-')) return true
    const known = propertySchema(key.value, schema)
    if (!known) return this.#accept(unknownKey(key, map, schema, place))
    const named = schema.propertyNames
      ? this.check(key, schema.propertyNames, { subject: `a key of ${place.subject}` })
      : true
    return this.check(value, known, { subject: `\`${key.value}\``, key }) && named
  }
}

function isParameter(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && PARAMETER.test(node.value)
}

function isScalarKind(kind: Kind): boolean {
  return kind !== 'map' && kind !== 'list'
}

export function alternativesOf(schema: Schema, definitions: Definitions): readonly Schema[] {
  const resolved = resolveSchema(schema, definitions)
  return resolved.anyOf ? resolved.anyOf.flatMap((one) => alternativesOf(one, definitions)) : [resolved]
}

/**
 * The alternative a node is measured by: of its kind, and of several such the one with the fewest findings. When none is
 * of its kind but one is for scalars, as the node is, that one: it knows what to say about `off` or `"60"`.
 */
export function alternativeFor(node: YamlNode, schema: Schema, definitions: Definitions): Schema | undefined {
  const all = alternativesOf(schema, definitions)
  const fitting = all.filter((one) => kindsOf(one)?.includes(kindOf(node)) ?? true)
  if (fitting.length > 1)
    return fitting.toSorted((a, b) => findingsFor(node, a, definitions) - findingsFor(node, b, definitions))[0]
  const forScalars = all.filter((one) => kindsOf(one)?.some(isScalarKind))
  return fitting[0] ?? (node.kind === 'scalar' && forScalars.length === 1 ? forScalars[0] : undefined)
}

function findingsFor(node: YamlNode, schema: Schema, definitions: Definitions): number {
  const report = new Report()
  new SchemaWalk(report, { what: '', definitions }).check(node, schema, { subject: '' })
  return report.errors
}

/** A required key that an unknown one was probably meant to be is not missing as well. */
function missingKeys(map: MapNode, schema: Schema): readonly string[] {
  const given = map.entries.map(({ key }) => key.value)
  const missing = (schema.required ?? []).filter((key) => !given.includes(key))
  if (missing.length === 0) return missing
  const known = Object.keys(schema.properties ?? {})
  const meant = given.filter((key) => !known.includes(key)).map((key) => suggest(key, known))
  return missing.filter((key) => !meant.includes(key))
}
