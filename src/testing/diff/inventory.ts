/**
 * What decides on a site, as texts that can be compared: each rule with its parameters in place, the condition of its
 * plugin's entry and the lists it names. Places and comments do not count.
 */
import { createHash } from 'node:crypto'
import { namedIn, type Outline, type OutlinedChain, type OutlinedPlugin } from '../../compiler/analysis/outline.ts'
import type { NamedList } from '../../compiler/lists/list-registry.ts'
import type { Hook } from '../../core/hook.ts'
import type { ListIndex } from '../../core/list.ts'
import type { Rule } from '../../core/program.ts'
import { askedOf } from '../../core/question.ts'
import type { Site } from '../../core/site.ts'
import { type MapNode, toJson } from '../../language/node.ts'

export interface InventoryRule {
  readonly hook: Hook
  readonly plugin: string
  readonly rule: string
  readonly at: string
  readonly text: string
  /** The lists at hand that it names. */
  readonly lists: readonly NamedList[]
}

export interface Inventory {
  /** By `hook plugin/rule`, in the order in which they are asked. */
  readonly rules: ReadonlyMap<string, InventoryRule>
  /** What else decides, by the name that people know it by. */
  readonly besides: ReadonlyMap<string, string>
  /** What decides and cannot be compared here. */
  readonly unseen: readonly string[]
}

export interface Inventoried {
  readonly outline: Outline
  readonly site: Site
  /** Digests of files that decide and are no rules, such as policies of recipients, by what they are. */
  readonly files: ReadonlyMap<string, string>
}

export function inventoryOf({ outline, site, files }: Inventoried): Inventory {
  const rules = outline.plugins.flatMap((plugin) => plugin.chains.flatMap((chain) => rulesIn(plugin, chain)))
  const { hostname, limits, program, policies } = site
  const besides = new Map([
    ['hostname', hostname],
    ['limits', JSON.stringify(limits)],
    ['split of recipients', withoutPlaces([program.split?.on, program.split?.keys])],
    ['policies of recipients', withoutPlaces([policies?.onUnknown, policies?.fallback])],
    ...outline.plugins.flatMap(declarationsOf),
    ...files,
  ])
  return { rules: new Map(rules.map((rule) => [keyOf(rule), rule])), besides, unseen: unseenBy(outline, site) }
}

export function keyOf({ hook, plugin, rule }: Pick<InventoryRule, 'hook' | 'plugin' | 'rule'>): string {
  return `${hook} ${plugin}/${rule}`
}

function rulesIn(plugin: OutlinedPlugin, { hook, chain, rules }: OutlinedChain): readonly InventoryRule[] {
  return chain.rules.map((rule, index): InventoryRule => {
    const node = rules[index]?.node
    const lists = namedIn(plugin, node)
    const { name } = plugin
    const text = JSON.stringify([
      ...scopeOf(plugin),
      ...deedsOf(rule),
      node ? bare(node) : plugin.entry.use,
      lists.map(listText),
    ])
    return { hook, plugin: name, rule: rule.id, at: rule.at, text, lists }
  })
}

/** A rule's mode may be its entry's. */
function deedsOf({ mode, onUnknown, trial, replyAt }: Rule): readonly unknown[] {
  return [mode, onUnknown, trial?.sample, replyAt]
}

function scopeOf({ entry }: OutlinedPlugin): readonly unknown[] {
  const args = entry.args.map(({ key, value }) => [key.value, toJson(value)])
  return [entry.match && toJson(entry.match), entry.unless && toJson(entry.unless), !!entry.skippable].concat(
    entry.use.endsWith('.ts') ? args : [],
  )
}

const SAYS_NOTHING: ReadonlySet<string> = new Set(['summary', 'mutation', 'until', 'enabled'])

function bare({ entries }: MapNode): unknown {
  return entries.flatMap(({ key, value }) => (SAYS_NOTHING.has(key.value) ? [] : [[key.value, toJson(value)]]))
}

function listText({ name, kind, index, source }: NamedList): readonly (string | undefined)[] {
  return [name, kind, source?.shown, index && digestOf(index)]
}

const digests = new WeakMap<ListIndex, string>()

function digestOf(index: ListIndex): string {
  const known = digests.get(index)
  if (known !== undefined) return known
  const hash = createHash('sha256')
  for (const { text, reason = '' } of index.entries()) hash.update(`${text}\0${reason}\n`)
  const digest = hash.digest('hex')
  digests.set(index, digest)
  return digest
}

function declarationsOf({ name, file }: OutlinedPlugin): readonly (readonly [string, string])[] {
  const declared = file && [file.notes, file.settings].filter((some) => some.length > 0)
  return declared?.length ? [[`notes and settings of ${name}`, withoutPlaces(declared)]] : []
}

function withoutPlaces(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => (key === 'at' ? undefined : one instanceof Map ? [...one] : one))
}

function unseenBy({ plugins }: Outline, { program, policies }: Site): readonly string[] {
  const code = plugins.filter(({ file }) => !file).map(({ name }) => `the TypeScript of ${name}`)
  const sources = [...(program.sources ?? []), ...(policies?.source ? [policies.source] : [])]
  const asked = new Set((program.questions ?? []).map(askedOf))
  return [...code, ...[...sources.map(({ shown }) => shown), ...asked].map((place) => `what ${place} holds`)]
}

/** Some texts that one of the lists has and the other has not. */
export function entriesApart(one: ListIndex | undefined, other: ListIndex | undefined): readonly string[] {
  if (!one || !other) return [...textsOf(one ?? other)].slice(0, MOST_ENTRIES)
  if (one.size + other.size > MOST_COMPARED) return []
  const [mine, theirs] = [new Set(textsOf(one)), new Set(textsOf(other))]
  const gone = [...mine].filter((text) => !theirs.has(text)).slice(0, MOST_ENTRIES)
  return [...gone, ...[...theirs].filter((text) => !mine.has(text)).slice(0, MOST_ENTRIES)]
}

/** Of each side. */
const MOST_ENTRIES = 8
/** Longer lists are only known to differ. */
const MOST_COMPARED = 2_000_000

function* textsOf(index: ListIndex | undefined): Generator<string> {
  for (const { text } of index?.entries() ?? []) yield text
}
