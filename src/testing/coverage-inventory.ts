/**
 * What there is to cover in a file: its rules with their conditions and answers, its lists, and the conditions of the
 * plugins that a site or ruleset names. Read from the file as written, so that what no test switches on is there too.
 */
import { summarize } from '../compiler/rules/atom.ts'
import { placeOf, Report, type Span } from '../language/diagnostic.ts'
import { type MapEntry, type MapNode, textOf, valueOf, type YamlNode } from '../language/node.ts'
import { type PluginFile, readPluginFile } from '../language/files/plugin-file.ts'
import { readEntries } from '../language/files/site-file.ts'
import { conditionSites } from './condition-sites.ts'
import { oncePerRule } from './once-per-rule.ts'

export interface RuleFile {
  readonly path: string
  readonly root: MapNode
}

export interface ConditionPlace {
  /** As traces name it. */
  readonly key: string
  readonly at: Span
  readonly test: string
  /** Names of lists it may ask. */
  readonly lists: ReadonlySet<string>
}

export interface RulePlace {
  readonly key: string
  readonly at: Span
  readonly id: string
  /** Several where the rule stands under several. */
  readonly hooks: readonly string[]
  readonly conditions: readonly ConditionPlace[]
  /** Where it says what it answers; absent for a rule that never says anything to a client. */
  readonly reply: Span | undefined
}

export interface ListPlace {
  readonly name: string
  readonly at: Span
}

export interface Inventory {
  readonly path: string
  readonly rules: readonly RulePlace[]
  readonly lists: readonly ListPlace[]
  /** Of the entries of a site or ruleset. */
  readonly conditions: readonly ConditionPlace[]
}

export function inventoryOf({ path, root }: RuleFile): Inventory {
  const file = valueOf(root, 'plugin') ? readPluginFile(path, root, new Report()) : undefined
  const entries = readEntries(valueOf(root, 'plugins'), new Report())
  const scopes = entries.flatMap(({ match, unless }) => [match, unless])
  return {
    path,
    rules: file ? rulesOf(file) : [],
    lists: file ? listsOf(file) : [],
    conditions: scopes.flatMap(conditionsIn),
  }
}

function rulesOf({ chains }: PluginFile): readonly RulePlace[] {
  return oncePerRule(chains.flatMap(({ hook, rules }) => rules.flatMap((node) => rulePlace(node, hook))))
}

function rulePlace(node: YamlNode, hook: string): readonly RulePlace[] {
  const id = node.kind === 'map' ? textOf(valueOf(node, 'id')) : undefined
  if (node.kind !== 'map' || id === undefined) return []
  const reply = valueOf(node, 'return') ?? valueOf(node, 'deliver')
  const conditions = [valueOf(node, 'match'), valueOf(node, 'unless')].flatMap(conditionsIn)
  const isSilent = textOf(reply) === 'DECLINED'
  return [
    { key: placeOf(node.at), at: node.at, id, hooks: [hook], conditions, reply: isSilent ? undefined : reply?.at },
  ]
}

function listsOf({ lists, params }: PluginFile): readonly ListPlace[] {
  const all = [...lists, ...params.filter(({ list }) => list !== undefined)]
  return all.map(({ name, at }) => ({ name, at }))
}

function conditionsIn(node: YamlNode | undefined): readonly ConditionPlace[] {
  return conditionSites(node).map(({ entry }) => conditionPlace(entry))
}

function conditionPlace({ key, value }: MapEntry): ConditionPlace {
  const test = `${key.value}: ${summarize(value)}`
  return { key: placeOf(key.at), at: key.at, test, lists: new Set(namesIn(value)) }
}

/** Values of operators and options, without the `${}` of parameters. */
function namesIn(node: YamlNode): readonly string[] {
  if (node.kind === 'scalar') return []
  const values = node.kind === 'seq' ? node.items : node.entries.map(({ value }) => value)
  return values.flatMap((value) =>
    value.kind === 'scalar' ? [value.source.replace(/^\$\{\s*(\w+)\s*\}$/, '$1')] : namesIn(value),
  )
}
