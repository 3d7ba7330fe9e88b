/**
 * Rules in the order in which a hook asks them, each with its whole condition as a formula: that of its plugin's entry,
 * `match`, and not `unless`.
 *
 * A fact that may have changed between two rules has two names here (`note.a@rcpt#1`, `note.a@rcpt#2`).
 */
import { HOOK_TABLE, type Hook, STAGES } from '../../core/hook.ts'
import type { Rule } from '../../core/program.ts'
import { isAllowedAt } from '../../core/reply-table.ts'
import type { Span } from '../../language/diagnostic.ts'
import { type MapNode, textOf, toJson, valueOf, type YamlNode } from '../../language/node.ts'
import type { Formula } from './formula.ts'
import { lower } from './lower.ts'
import type { Lowering } from './lowering.ts'
import type { Outline, OutlinedChain, OutlinedPlugin } from './outline.ts'
import { TextSet } from './text-set.ts'
import { type ValueSet, valuesIn } from './value-set.ts'

export interface AskedRule {
  readonly plugin: OutlinedPlugin
  readonly hook: Hook
  readonly rule: Rule
  readonly node: MapNode
  readonly at: Span
  /** Of the entry in the site file. */
  readonly scope: Formula
  readonly match: Formula
  readonly unless: Formula | undefined
  /** Its answer leaves nothing to ask for the rest of the hook, or of its chain. */
  readonly ends: 'hook' | 'chain' | undefined
  /** Return code and text; undefined without an answer. */
  readonly answer: string | undefined
  /** Somebody else is asked: the answer may come late, or not at all. */
  readonly waits: boolean
  /** What may be unknown in the condition of the entry. */
  readonly scopeWaits: boolean
}

export interface AskedHook {
  readonly hook: Hook
  readonly rules: readonly AskedRule[]
}

/** Names of what rules change, as facts have them. */
export type Changes = ReadonlySet<string>

const MESSAGE_FACTS = ['header', 'header_count', 'hops', 'date', 'size', 'body']

export function changesOf(node: MapNode): readonly string[] {
  const keys = ['set', 'add'].flatMap((key) => {
    const changes = valueOf(node, key)
    return changes?.kind === 'map' ? changes.entries.map((entry) => entry.key.value) : []
  })
  return [...keys, ...(valueOf(node, 'headers') ? MESSAGE_FACTS : []), ...(valueOf(node, 'deliver_to') ? ['rcpt'] : [])]
}

/** The client itself: the same in all of a session. */
const OF_CLIENT = /^(?:remote_ip|remote_port|local_ip|local_port|listener|remote_host|env\..*|proxy\..*|anonymous)$/
/** The same from MAIL to the end of the message. */
const OF_TRANSACTION = /^(?:sender(?:\..*)?|mail\..*|helo(?:\..*)?|auth\..*|tls(?:\..*)?)$/

/** What changes together has one name. */
function groupOf(fact: string): string {
  if (fact === 'recipients' || (fact.startsWith('rcpt.') && fact !== 'rcpt.count')) return 'rcpt'
  return MESSAGE_FACTS.find((one) => fact === one || fact.startsWith(`${one}.`)) ?? fact
}

/** Gives facts the name they have at the moment; counts what changes them. */
class Moments {
  readonly #hook: Hook
  readonly #changes = new Map<string, number>()
  #anything = 0

  constructor(hook: Hook) {
    this.#hook = hook
  }

  readonly of = (fact: string): string => {
    if (OF_CLIENT.test(fact)) return ''
    const { stage } = HOOK_TABLE[this.#hook]
    const isWithMail = stage !== 'any' && STAGES.indexOf(stage) >= STAGES.indexOf('sender')
    if (isWithMail && OF_TRANSACTION.test(fact)) return '@mail'
    const relay = `@${this.#hook}#${this.#anything}-${this.#count('relay_client')}`
    if (fact === 'relay_client') return relay
    if (fact === 'immune') return `${relay}.${this.#count('immune')}`
    return `@${this.#hook}#${this.#anything}-${this.#count(fact)}`
  }

  #count(fact: string): number {
    return this.#changes.get(groupOf(fact)) ?? 0
  }

  change(facts: readonly string[]): void {
    for (const fact of facts) this.#changes.set(fact, (this.#changes.get(fact) ?? 0) + 1)
  }

  /** A handler in TypeScript has run. */
  changeAnything(): void {
    this.#anything += 1
  }
}

export interface Asking {
  readonly outline: Outline
  readonly universe: Map<string, ValueSet>
  readonly hasCode: boolean
}

export function askedHooks(asking: Asking): readonly AskedHook[] {
  const { plugins } = asking.outline
  const hooks = new Set(plugins.flatMap(({ chains }) => chains.map(({ hook }) => hook)))
  return Array.from(hooks, (hook) => ({ hook, rules: askedAt(hook, asking) }))
}

function askedAt(hook: Hook, asking: Asking): readonly AskedRule[] {
  const moments = new Moments(hook)
  return asking.outline.plugins.flatMap((plugin) => {
    const chain = plugin.chains.find((one) => one.hook === hook)
    if (!chain) return []
    if (!plugin.file) moments.changeAnything()
    return chain.rules.flatMap((_, index) => askedRule({ plugin, chain, index, moments, asking }))
  })
}

interface Place {
  readonly plugin: OutlinedPlugin
  readonly chain: OutlinedChain
  readonly index: number
  readonly moments: Pick<Moments, 'of' | 'change'>
  readonly asking: Asking
}

export function askedRule({ plugin, chain, index, moments, asking }: Place): readonly AskedRule[] {
  const [live, rule] = [chain.rules[index], chain.chain.rules[index]]
  if (!live || !rule) return []
  const { node } = live
  const { hook } = chain
  const lowering = loweringFor(plugin, hook, live.id, moments, asking)
  const part = (key: string): Formula | undefined => {
    const written = valueOf(node, key)
    return written && lower(written, lowering)
  }
  const unless = part('unless')
  const match = part('match') ?? { kind: 'never' }
  const scope = scopeOf(plugin, lowering)
  if (rule.mode === 'enforce') moments.change(changesOf(node))
  const at = valueOf(node, 'id')?.at ?? node.at
  const waits = lowering.waits(node)
  const scopeWaits = lowering.waits(plugin.entry.match, plugin.entry.unless) || plugin.entry.skippable !== undefined
  return [{ plugin, hook, rule, node, at, scope, match, unless, ...answerOf(node, rule, chain), waits, scopeWaits }]
}

function scopeOf({ entry }: OutlinedPlugin, lowering: Lowering): Formula {
  const parts: Formula[] = []
  if (entry.unless) parts.push({ kind: 'not', at: entry.unless.at, part: lower(entry.unless, lowering) })
  if (entry.match) parts.push(lower(entry.match, lowering))
  if (entry.skippable) parts.push(skipped(entry.skippable, lowering))
  return parts.length === 0 ? { kind: 'always' } : { kind: 'all', at: entry.at, parts }
}

/** Whether a recipient's policy skips the plugin is that recipient's affair. */
function skipped(at: Span, { universe }: Lowering): Formula {
  const fact = `skip ${universe.size}`
  const [hit, miss] = [TextSet.of(['hit']), TextSet.of(['miss'])]
  universe.set(fact, { ...valuesIn(TextSet.of(['hit', 'miss'])), unknown: true })
  const question = { fact, hit: valuesIn(hit), miss: valuesIn(miss) }
  return { kind: 'ask', at, text: 'skippable', certain: question, likely: question }
}

interface RuleLowering extends Lowering {
  readonly waits: (...nodes: readonly (YamlNode | undefined)[]) => boolean
}

function loweringFor(
  plugin: OutlinedPlugin,
  hook: Hook,
  rule: string,
  moments: Pick<Moments, 'of'>,
  { outline, universe, hasCode }: Asking,
): RuleLowering {
  const { site } = outline
  const scope = { ...site, plugin: plugin.name, hook, rule, lists: plugin.lists, finds: new Set<string>() }
  const words = site.vocabulary.matchers
  const waitsFor = (node: YamlNode): boolean => {
    if (node.kind === 'seq') return node.items.some(waitsFor)
    if (node.kind !== 'map') return false
    return node.entries.some(({ key, value }) => words.has(key.value) || isOutside(key.value, value) || waitsFor(value))
  }
  const isOutside = (key: string, value: YamlNode): boolean =>
    key.endsWith('_list') && plugin.lists.get(textOf(value) ?? '')?.index === undefined
  return {
    scope: { ...scope, words: { onUnknown: 'skip' } },
    moment: moments.of,
    universe,
    hasCode,
    waits: (...nodes) => nodes.some((node) => node !== undefined && waitsFor(conditionsIn(node))),
  }
}

/** Of a rule, its conditions alone. */
function conditionsIn(node: YamlNode): YamlNode {
  if (node.kind !== 'map' || !valueOf(node, 'id')) return node
  return { ...node, entries: node.entries.filter(({ key }) => key.value === 'match' || key.value === 'unless') }
}

function answerOf(node: MapNode, rule: Rule, { hook, chain }: OutlinedChain): Pick<AskedRule, 'ends' | 'answer'> {
  const code = textOf(valueOf(node, 'return'))
  const text = ['message', 'status', 'reply_at'].map((key) => valueOf(node, key)).map((one) => one && toJson(one))
  const answer = code && JSON.stringify([code, ...text])
  if (rule.mode === 'monitor' || code === undefined) return { ends: undefined, answer }
  const isSpoken = code !== 'DECLINED' && (rule.replyAt === undefined || rule.replyAt === hook)
  return { ends: isSpoken && !chain.perRecipient ? 'hook' : 'chain', answer }
}

/** Whether unknown becomes an answer at this rule. */
export function defers({ rule, hook }: AskedRule): boolean {
  const at = rule.replyAt ?? hook
  return rule.onUnknown !== 'skip' && (isAllowedAt(at, 'DENYSOFT') || isAllowedAt(at, 'DENYSOFT_DISCONNECT'))
}

const conditions = new WeakMap<AskedRule, Formula>()

/** The whole condition: one and the same for a rule, so that what was found out of it is known. */
export function conditionOf(rule: AskedRule): Formula {
  const known = conditions.get(rule)
  if (known) return known
  const condition = joinedCondition(rule)
  conditions.set(rule, condition)
  return condition
}

function joinedCondition({ scope, match, unless, at }: AskedRule): Formula {
  const own: readonly Formula[] = unless ? [{ kind: 'not', at, part: unless }, match] : [match]
  return scope.kind === 'always' && own.length === 1 ? match : { kind: 'all', at, parts: [scope, ...own] }
}
