/** What can be wrong with a map, a list, or the kind of a value, in words. */
import type { Schema } from '../../core/schema.ts'
import type { Finding, Fix } from '../diagnostic.ts'
import { fixOf, meant, replace } from '../fix.ts'
import type { MapEntry, MapNode, ScalarNode, YamlNode } from '../node.ts'
import { type Kind, got, kindOf } from './kind.ts'
import { nearestOf, suggest } from '../suggest.ts'
import { quoted, shown } from '../yaml/quote.ts'

/** Where a node stands: how it is named in messages, and its key when it has one. */
export interface Place {
  /** `a rule`, `` `port` ``, ``an entry of `zones` `` */
  readonly subject: string
  readonly key?: MapEntry['key']
}

/** What to type at a place: `port: 25`, or the value alone in a list. */
export function typed(place: Place, value: string): string {
  return place.key ? `\`${place.key.source}: ${value}\`` : `\`${value}\``
}

/** More names than this are not listed in a finding. */
const MOST_LISTED = 12

export function listed(names: readonly string[], word: string, what: string): string {
  if (names.length <= MOST_LISTED) return `${what}: ${names.join(', ')}`
  return `the nearest of ${names.length} ${what}: ${nearestOf(word, names, 3).join(', ')}`
}

export function unknownKey(key: MapEntry['key'], map: MapNode, schema: Schema, place: Place): Finding {
  const given = new Set(map.entries.map((entry) => entry.key.value))
  const known = Object.keys(schema.properties ?? {})
  const free = known.filter((name) => !given.has(name))
  const near = suggest(key.value, free)
  const effect = near === undefined ? undefined : schema.properties?.[near]?.description
  return {
    code: 'CFG101',
    at: key.at,
    message: `unknown key \`${shown(key.value)}\` in ${place.subject}`,
    ...(near === undefined ? { label: 'not known here' } : renaming(key, near, free)),
    notes: effect === undefined ? [] : [`\`${near}\`: ${effect}`],
    help: near === undefined ? keysHelp(known, key.value) : `rename it to \`${near}\``,
  }
}

function keysHelp(known: readonly string[], word: string): string {
  return known.length === 0 ? 'there is no key that it can have' : listed(known, word, 'keys allowed here')
}

function renaming(key: MapEntry['key'], near: string, known: readonly string[]): Pick<Finding, 'label' | 'fixes'> {
  return meant(key, key.value, { near, known, title: `rename it to \`${near}\`` })
}

export function missingKey(key: string, map: MapNode, schema: Schema, place: Place): Finding {
  const meaning = schema.properties?.[key]?.description
  return {
    code: 'CFG103',
    at: (place.key ?? map.entries[0]?.key ?? map).at,
    message: `${place.subject} needs the key \`${key}\``,
    label: `no \`${key}\` here`,
    notes: meaning === undefined ? [] : [`\`${key}\`: ${meaning}`],
    help: `add \`${key}: …\``,
  }
}

export function wrongCount(
  node: YamlNode,
  count: number,
  least = 0,
  most = Infinity,
  place: Place,
): Finding | undefined {
  if (count >= least && count <= most) return undefined
  const things = node.kind === 'map' ? ['key', 'keys'] : ['entry', 'entries']
  const limit = count < least ? least : most
  const noun = things[limit === 1 ? 0 : 1]
  return {
    code: 'CFG105',
    at: (place.key ?? node).at,
    message: `${place.subject} needs at ${count < least ? 'least' : 'most'} ${limit} ${noun}, got ${count}`,
    label: count < least ? 'too few' : 'too many',
  }
}

/** A value of another kind than its place wants, in map, list or scalar. */
export function wrongKind(
  node: YamlNode,
  wanted: string,
  kinds: readonly Kind[],
  place: Place,
  schema: Schema = {},
): Finding {
  if (node.kind === 'map' && isFlow(node) && kinds.includes('string')) return curlyText(node, wanted, place)
  const help = keyedHelp(node, schema, kinds) ?? kindHelp(node, kinds, place)
  return {
    code: 'CFG102',
    at: node.at,
    message: `${place.subject} must be ${wanted}, got ${got(node)}`,
    label: kindOf(node),
    ...(help !== undefined && { help }),
    fixes: listFixes(node, kinds),
  }
}

/** One value where a map has keys of its own: under which it may have been meant, or which there are. */
function keyedHelp(
  node: YamlNode,
  { properties = {}, required = [] }: Schema,
  kinds: readonly Kind[],
): string | undefined {
  const keys = Object.keys(properties)
  if (node.kind !== 'scalar' || !kinds.includes('map') || keys.length === 0 || node.value === null) return undefined
  if (/^[^\s:]+:\S/.test(node.source)) return undefined
  const [only] = required
  return only !== undefined && required.length === 1
    ? `write \`{ ${only}: … }\``
    : listed(keys, node.source, 'it is a map; keys allowed in it')
}

/** One value where a list of them is wanted. */
function listFixes(node: YamlNode, kinds: readonly Kind[]): readonly Fix[] {
  const isOne = node.kind === 'scalar' && kinds.includes('list') && !/[\n,[\]{}#]|^$/.test(node.typed ?? '')
  return isOne ? fixOf('write a list', 'safe', replace(node.at, `[${node.typed}]`)) : []
}

/** A block map begins with its first key, a flow map with its brace. */
function isFlow({ at, entries }: MapNode): boolean {
  const [first] = entries
  return first === undefined || at.range.start.offset < first.key.at.range.start.offset
}

function curlyText(map: MapNode, wanted: string, place: Place): Finding {
  return {
    code: 'YML709',
    at: map.at,
    message: `${place.subject} must be ${wanted}; what stands in \`{ }\` is read as a map`,
    label: 'a map, not a text',
    help: `if it is a text, put it in quotes: ${typed(place, '"{…}"')}`,
  }
}

function kindHelp(node: YamlNode, kinds: readonly Kind[], place: Place): string | undefined {
  if (node.kind === 'scalar') return scalarHelp(node, kinds, place)
  if (node.kind === 'map') return kinds.includes('list') ? 'begin each entry with `- `' : colonHelp(node)
  if (kinds.includes('map')) return 'write `key: value`, a line for each key'
  const [only] = node.items
  if (node.items.length !== 1 || only?.kind !== 'scalar') return undefined
  return `write the value without brackets or dash: ${typed(place, only.source)}`
}

function scalarHelp(node: ScalarNode, kinds: readonly Kind[], place: Place): string | undefined {
  const text = shown(node.source)
  if (kinds.includes('list')) return `write a list: ${typed(place, `[${text}]`)}`
  if (!kinds.includes('map')) return 'write a value, or delete the key'
  const glued = /^([^\s:]+):(\S.*)$/.exec(text)
  return glued
    ? `put a space behind the colon: \`${glued[1]}: ${glued[2]}\``
    : 'write `key: value`, a line for each key'
}

/** `zone.example: reason`, meant as one text. */
function colonHelp({ entries }: MapNode): string | undefined {
  const [entry] = entries
  if (entries.length !== 1 || entry?.value.kind !== 'scalar') return undefined
  return `if it is one text, quote it: ${quoted(`${entry.key.source}: ${entry.value.source}`)}`
}
