/** What can be wrong with a single value: its type, what YAML made of it, its range, its form. */
import type { Schema } from '../../core/schema.ts'
import type { Finding, Fix } from '../diagnostic.ts'
import { fixOf, meant, replace, writeInstead } from '../fix.ts'
import type { ScalarNode } from '../node.ts'
import { listed, type Place, typed, wrongKind } from './findings.ts'
import { kindOf, kindsOf, wanted } from './kind.ts'
import { suggest } from '../suggest.ts'
import { formatDuration, formatSize, parseDuration, parseSize, suggestDuration, suggestSizes } from '../units.ts'
import { isAsTyped, spanWithin } from '../yaml/scalar-offsets.ts'
import { inQuotes, quoted, shown } from '../yaml/quote.ts'

type Check = (node: ScalarNode, schema: Schema, place: Place) => Finding | undefined

/** The first thing wrong with a scalar; undefined when it is fine. */
export const scalarFinding: Check = (node, schema, place) => {
  if (schema.format === 'duration' || schema.format === 'size') return quantityFinding(node, schema, place)
  return typeFinding(node, schema, place) ?? valueFinding(node, schema, place) ?? formFinding(node, schema, place)
}

const typeFinding: Check = (node, schema, place) => {
  const kinds = kindsOf(schema)
  const kind = kindOf(node)
  if (kind === 'number' && (kinds === undefined || kinds.includes('number'))) return numberFinding(node, schema, place)
  if (kinds === undefined || kinds.includes(kind)) return undefined
  if (kinds.includes('boolean')) return booleanWord(node, schema, place)
  if (kinds.includes('string') && kind !== 'null') return quoteWanted(node, schema, place)
  return notNumeric(wrongKind(node, wanted(schema), kinds, place), node, schema, place)
}

const FALSE_WORDS = new Set(['off', 'no', 'n'])
const TRUE_WORDS = new Set(['on', 'yes', 'y'])

const booleanWord: Check = (node, schema, place) => {
  const word = node.source.toLowerCase()
  const wordFor = FALSE_WORDS.has(word) ? 'false' : TRUE_WORDS.has(word) ? 'true' : undefined
  if (wordFor === undefined) return notBoolean(node, schema, place)
  return {
    code: 'YML702',
    at: node.at,
    message: `${place.subject} must be true or false; \`${node.source}\` is a string in YAML 1.2`,
    label: `reads as the text "${node.source}"`,
    notes: [`tools that still read YAML 1.1 would take it as ${wordFor}`],
    help: `write ${typed(place, wordFor)}`,
    fixes: bare(node, wordFor, `write ${typed(place, wordFor)}`),
  }
}

/** A value without quotes, which is not a text. */
function bare(node: ScalarNode, text: string, title: string, safety: Fix['safety'] = 'safe'): readonly Fix[] {
  return isAsTyped(node) ? fixOf(title, safety, replace(node.at, text)) : []
}

const notBoolean: Check = (node, schema, place) => {
  const finding = wrongKind(node, wanted(schema), ['boolean'], place)
  const word = node.source.toLowerCase()
  const isQuoted = word === 'true' || word === 'false'
  return isQuoted
    ? { ...finding, help: `remove the quotes: ${typed(place, word)}`, fixes: bare(node, word, 'remove the quotes') }
    : { ...finding, help: `write ${typed(place, 'true')} or ${typed(place, 'false')}` }
}

/** A text is wanted, and YAML read a number or a boolean: sometimes not even the one that was typed. */
const quoteWanted: Check = (node, schema, place) => {
  const help = `quote it: ${typed(place, quoted(node.source))}`
  const fixes = isAsTyped(node) ? fixOf('quote it', 'safe', replace(node.at, inQuotes(node.source))) : []
  if (!isChanged(node)) return { ...wrongKind(node, wanted(schema), ['string'], place), help, fixes }
  return changedNumber(node, help, fixes)
}

function isChanged({ value, source }: ScalarNode): boolean {
  return typeof value === 'number' && String(value) !== source
}

function changedNumber(node: ScalarNode, help: string, fixes: readonly Fix[]): Finding {
  return {
    code: 'YML710',
    at: node.at,
    message: `\`${shown(node.source)}\` is read as the number ${node.value}`,
    label: `reads as ${node.value}`,
    help,
    fixes,
  }
}

const DECIMAL = /^[-+]?(?:0|[1-9]\d*)?(?:\.\d*)?$/

/** Numbers that read as another one, or that a reader of the file may take for another one. */
const numberFinding: Check = (node, schema, place) => {
  const { value, source } = node
  if (typeof value !== 'number') return undefined
  const exact = DECIMAL.test(source) && (Number.isSafeInteger(value) || !Number.isInteger(value))
  if (!exact) return changedNumber(node, numberHelp(value, source, place), numberFixes(node, value, place))
  if (schema.type !== 'integer' || Number.isInteger(value)) return undefined
  return {
    code: 'CFG102',
    at: node.at,
    message: `${place.subject} must be an integer, got ${source}`,
    label: 'not an integer',
    help: `write ${typed(place, String(Math.round(value)))}`,
  }
}

function numberHelp(value: number, source: string, place: Place): string {
  const plain = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
  const octal = /^0[0-7]+$/.test(source) ? ` or ${typed(place, String(Number.parseInt(source, 8)))}` : ''
  return plain ? `write ${typed(place, String(value))}${octal}` : 'write a smaller number, in decimal digits'
}

/** What was read; where it may have been meant octal, that too, and somebody has to choose. */
function numberFixes(node: ScalarNode, value: number, place: Place): readonly Fix[] {
  if (!Number.isSafeInteger(value)) return []
  const isOctal = /^0[0-7]+$/.test(node.source)
  const choices = isOctal ? [value, Number.parseInt(node.source, 8)] : [value]
  return choices.flatMap((one) =>
    bare(node, String(one), `write ${typed(place, String(one))}`, isOctal ? 'unsafe' : 'safe'),
  )
}

/** `"60"` where a number is wanted. */
function notNumeric(finding: Finding, node: ScalarNode, schema: Schema, place: Place): Finding {
  if (kindOf(node) !== 'string' || !kindsOf(schema)?.includes('number')) return finding
  const numeric = node.source.trim() !== '' && DECIMAL.test(node.source) && Number.isFinite(Number(node.source))
  if (numeric && node.quoted)
    return {
      ...finding,
      help: `remove the quotes: ${typed(place, node.source)}`,
      fixes: bare(node, node.source, 'remove the quotes'),
    }
  return { ...finding, help: octetsHelp(node.source, place) ?? numberExample(schema, place) }
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['k', 1e3],
  ['m', 1e6],
  ['g', 1e9],
])

/** `10MB`: a size is a number of octets. */
function octetsHelp(text: string, place: Place): string | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,6}) *([kmg])(?:i?b)?$/i.exec(text) ?? []
  const factor = UNITS.get(unit.toLowerCase())
  return factor === undefined ? undefined : `in octets, write ${typed(place, String(Number(digits) * factor))}`
}

function numberExample(schema: Schema, place: Place): string {
  return `write a number, such as ${typed(place, String(typeof schema.default === 'number' ? schema.default : (schema.minimum ?? 10)))}`
}

const valueFinding: Check = (node, schema, place) => {
  const allowed = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  if (allowed && !allowed.some((value) => value === node.value)) return notAllowed(node, allowed.map(String), place)
  return typeof node.value === 'number' ? rangeFinding(node, node.value, schema, place, String) : undefined
}

function notAllowed(node: ScalarNode, allowed: readonly string[], place: Place): Finding {
  // A number is no misspelling of another one.
  const likely = typeof node.value === 'number' ? undefined : suggest(node.source, allowed)
  const near = likely ?? (allowed.length === 1 ? allowed[0] : undefined)
  const choice = listed(allowed, node.source, 'values allowed')
  return {
    code: 'CFG104',
    at: node.at,
    message: `${place.subject} cannot be \`${shown(node.source)}\``,
    ...(near === undefined
      ? { label: 'not one of the values allowed' }
      : meant(node, node.source, { near, known: allowed, title: `write ${typed(place, near)}` })),
    notes: near === undefined ? [] : [choice],
    help: near === undefined ? choice : `write ${typed(place, near)}`,
  }
}

function rangeFinding(
  node: ScalarNode,
  value: number,
  { minimum, maximum }: Schema,
  place: Place,
  format: (value: number) => string,
): Finding | undefined {
  const low = minimum !== undefined && value < minimum
  const limit = low ? minimum : maximum
  if (limit === undefined || !(low || value > limit)) return undefined
  return {
    code: 'CFG105',
    at: node.at,
    message: `${place.subject} must be at ${low ? 'least' : 'most'} ${format(limit)}, got ${shown(node.source)}`,
    label: low ? 'too small' : 'too large',
    help: `write ${typed(place, format(limit))} or ${low ? 'more' : 'less'}`,
  }
}

const formFinding: Check = (node, { pattern, minLength = 0, examples = [], description }, place) => {
  const { value } = node
  if (typeof value !== 'string') return undefined
  const good = Array.from(value).length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(value))
  if (good) return undefined
  const empty = value === ''
  return {
    code: 'CFG112',
    at: node.at,
    message: empty ? `${place.subject} must not be empty` : `${place.subject} cannot have the form \`${shown(value)}\``,
    label: empty ? 'empty' : 'not the form asked for',
    notes: description === undefined ? [] : [`${place.subject}: ${description}`],
    help: examples.length > 0 ? `for example ${typed(place, String(examples[0]))}` : formHelp(pattern, minLength),
  }
}

function formHelp(pattern: string | undefined, minLength: number): string {
  if (pattern !== undefined) return `it must match \`${pattern}\``
  return minLength === 1 ? 'write a text, or delete the key' : `write at least ${minLength} characters`
}

const QUANTITIES = {
  duration: {
    parse: parseDuration,
    format: formatDuration,
    likely: (text: string) => [suggestDuration(text)].filter((one) => one !== undefined),
    usual: 'a number and one of ms, s, m, h, d, w: `30s`, `10m`, `2h`',
  },
  size: {
    parse: parseSize,
    format: formatSize,
    likely: suggestSizes,
    usual: 'a number and a unit: `512 KiB`, `10 MiB`, `10 MB`',
  },
} as const

/** `minimum` and `maximum` of a duration count milliseconds, of a size octets. */
const quantityFinding: Check = (node, schema, place) => {
  if (kindOf(node) === 'boolean' || kindOf(node) === 'null')
    return wrongKind(node, wanted(schema), ['string', 'number'], place)
  const name = schema.format === 'size' ? 'size' : 'duration'
  const { parse, format, likely, usual } = QUANTITIES[name]
  const value = parse(node.source)
  if (value !== undefined) return rangeFinding(node, value, schema, place, format)
  const better = likely(node.source)
  const safety = better.length === 1 ? 'safe' : 'unsafe'
  return {
    code: 'CFG113',
    at: faultyPart(node),
    message: `\`${shown(node.source)}\` is not a ${name}`,
    label: `${place.subject} is a ${name}`,
    fixes: better.flatMap((one) => writeInstead(node, one, { title: `write ${typed(place, one)}`, safety })),
    help: better.length > 0 ? `write ${better.map((one) => typed(place, one)).join(' or ')}` : `write ${usual}`,
  }
}

/** The unit, where a number stands before it. */
function faultyPart(node: ScalarNode): Finding['at'] {
  const [, before = '', unit = ''] = /^(\s*\d+(?:\.\d+)?\s*)(\S.*?)\s*$/.exec(String(node.value)) ?? []
  return unit === '' ? node.at : spanWithin(node, before.length, unit.length)
}
