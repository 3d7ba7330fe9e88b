/**
 * Puts parameters in place: `"${zones}"` becomes the value as it was written in the site, with its type and its place.
 *
 * A key or item whose optional parameter was not given is left out.
 */
import { findFact } from '../core/facts.ts'
import type { Hook } from '../core/hook.ts'
import type { MatcherWord } from '../core/word.ts'
import type { Report } from '../language/diagnostic.ts'
import { didYouMean } from '../language/fix.ts'
import { type MapNode, type ScalarNode, toJson, type YamlNode } from '../language/node.ts'
import { spanWithin } from '../language/yaml/scalar-offsets.ts'
import type { BoundParams } from './params.ts'
import { settingOperand } from './policies/setting-use.ts'

const WHOLE = /^\$\{\s*([a-z][a-z0-9_]*)\s*\}$/

/**
 * A parameter that had to be given stays as written: that it is missing has been said. What has no parameter in it is not
 * copied.
 */
export function substitute(node: YamlNode, params: BoundParams): YamlNode | undefined {
  if (node.kind === 'scalar') return substituteScalar(node, params)
  if (node.kind === 'seq') {
    const items = node.items.flatMap((item) => inSequence(item, params))
    return areSame(items, node.items) ? node : { ...node, items }
  }
  const entries = node.entries.flatMap((entry) => {
    const replaced = substitute(entry.value, params)
    if (!replaced) return []
    return replaced === entry.value ? entry : { key: entry.key, value: replaced }
  })
  return areSame(entries, node.entries) ? node : { ...node, entries }
}

function areSame(some: readonly object[], others: readonly object[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index])
}

/** A parameter with several values gives all of them to the list it stands in. */
function inSequence(item: YamlNode, params: BoundParams): readonly YamlNode[] {
  const replaced = substitute(item, params)
  if (!replaced) return []
  return replaced.kind === 'seq' && item.kind === 'scalar' ? replaced.items : [replaced]
}

function substituteScalar(node: ScalarNode, params: BoundParams): YamlNode | undefined {
  if (typeof node.value !== 'string' || !node.value.includes('$')) return node
  const name = WHOLE.exec(node.value)?.[1]
  const bound = name === undefined ? undefined : params.get(name)
  if (bound?.declaration.list) return { ...node, value: bound.declaration.name, source: bound.declaration.name }
  if (bound) return bound.value ?? (bound.declaration.optional ? undefined : node)
  const text = fillIn(node.value, params)
  return text === node.value ? node : { ...node, value: text, source: text }
}

const WITHIN = /\$\$|\$\{\s*([a-z][a-z0-9_]*)\s*(?:\|((?:\$\{[^}]*\}|[^}])*))?\}/g

/** Facts stay as they are, and so does what stands behind two dollar signs. */
function fillIn(text: string, params: BoundParams): string {
  return text.replace(WITHIN, (written: string, name?: string, fallback?: string) => {
    const param = name === undefined ? undefined : params.get(name)
    const other = fallback === undefined ? undefined : fillIn(fallback, params)
    if (param) return param.value ? textIn(param.value) : (other?.trim() ?? '')
    return other === undefined ? written : `\${${name} |${other}}`
  })
}

function textIn(value: YamlNode): string {
  const json = toJson(value)
  return Array.isArray(json) ? json.join(', ') : String(json)
}

/** What is compiled as a template: facts are filled in there. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['summary', 'message', 'log', 'set', 'headers', 'deliver_to'])
const LEFT_OVER = /\$\{\s*([A-Za-z][\w.:-]*)/

interface Whose {
  readonly plugin: string
  /** Absent for what belongs to no hook. */
  readonly hook?: Hook
  readonly params: BoundParams
  /** Some have options that are texts. */
  readonly words: Words
}

type Words = ReadonlyMap<string, MatcherWord>

/**
 * Whether something that looks like a parameter is left where no fact is filled in: one that does not exist, which is
 * reported here, or one that is not given, which was reported before. Nothing can be compiled from either.
 */
export function hasLeftOvers(rule: MapNode, whose: Whose, report: Report): boolean {
  const { hook } = whose
  const left = rule.entries
    .filter(({ key }) => !TEXT_KEYS.has(key.value))
    .flatMap(({ value }) => leftOversIn(value, whose.words))
  const unknown = left.filter(({ name }) => !whose.params.has(name))
  for (const { name, node, offset } of unknown) {
    report.add({
      code: 'CFG111',
      at: spanWithin(node, offset, name.length),
      ...(hook && { hook }),
      message: `plugin \`${whose.plugin}\` has no parameter \`${name}\``,
      ...didYouMean(node, name, whose.params.keys(), { offset, length: name.length }),
      notes: ['facts are filled in only in texts: `message`, `log`, `set`, `headers`, and what a word says is a text'],
      help: `parameters: ${[...whose.params.keys()].join(', ')}`,
    })
  }
  return left.length > 0 || rule.entries.some(({ key, value }) => TEXT_KEYS.has(key.value) && lacks(value, whose))
}

/** Whether a ruleset hands on a whole value that is neither a parameter of its own nor a fact; reported here. */
export function hasStrangeParams(node: YamlNode, ruleset: string, params: BoundParams, report: Report): boolean {
  if (node.kind === 'map')
    return node.entries.map(({ value }) => hasStrangeParams(value, ruleset, params, report)).includes(true)
  if (node.kind === 'seq')
    return node.items.map((item) => hasStrangeParams(item, ruleset, params, report)).includes(true)
  const name = typeof node.value === 'string' ? WHOLE.exec(node.value)?.[1] : undefined
  if (name === undefined || name === 'hostname' || params.has(name) || findFact(name)) return false
  const place = { offset: String(node.value).indexOf(name), length: name.length }
  report.add({
    code: 'CFG111',
    at: spanWithin(node, place.offset, place.length),
    message: `ruleset \`${ruleset}\` has no parameter \`${name}\``,
    ...didYouMean(node, name, params.keys(), place),
    help: params.size > 0 ? `parameters: ${[...params.keys()].join(', ')}` : 'it takes none',
  })
  return true
}

/** A whole text that is a parameter which had to be given. */
function lacks(node: YamlNode, whose: Whose): boolean {
  if (node.kind === 'map') return node.entries.some(({ value }) => lacks(value, whose))
  if (node.kind === 'seq') return node.items.some((item) => lacks(item, whose))
  const name = typeof node.value === 'string' ? WHOLE.exec(node.value)?.[1] : undefined
  return name !== undefined && whose.params.has(name)
}

interface LeftOver {
  readonly name: string
  readonly node: ScalarNode
  /** Of the name, within the value. */
  readonly offset: number
}

function leftOversIn(node: YamlNode, words: Words): readonly LeftOver[] {
  if (node.kind === 'map')
    return node.entries.flatMap(({ key, value }) => leftOversIn(withoutTexts(value, words.get(key.value)), words))
  if (node.kind === 'seq') return node.items.flatMap((item) => leftOversIn(item, words))
  if (settingOperand(node.value) !== undefined) return []
  const left = typeof node.value === 'string' ? LEFT_OVER.exec(node.value) : undefined
  const name = left?.[1]
  return !left || name === undefined ? [] : [{ name, node, offset: left.index + left[0].length - name.length }]
}

function withoutTexts(node: YamlNode, word: MatcherWord | undefined): YamlNode {
  if (!word || node.kind !== 'map') return node
  return { ...node, entries: node.entries.filter(({ key }) => !word.options.properties?.[key.value]?.['x-text']) }
}
