/** The rules of a hook in the order in which they are asked, as they are once parameters are in place. */
import type { Hook } from '../../core/hook.ts'
import type { Rule } from '../../core/program.ts'
import { replyRow } from '../../core/reply-table.ts'
import { isRefusal, isReturnCode } from '../../core/verdict.ts'
import { entriesOf, type MapNode, textOf, toJson, valueOf, type YamlNode } from '../../language/node.ts'
import { namedIn, type Outline, type OutlinedChain, type OutlinedPlugin, textsIn } from '../analysis/outline.ts'
import { concealed } from './conceal.ts'
import type { Places } from './places.ts'
import type { PluginView } from './plugins.ts'
import type { EffectiveList, EffectiveParam, EffectiveRule, SwitchedOff } from './report.ts'

export interface RuleInOrder {
  readonly hook: Hook
  readonly plugin: OutlinedPlugin
  readonly chain: OutlinedChain
  readonly rule: Rule
  /** Undefined for a handler. */
  readonly node: MapNode | undefined
}

/** Plugins in the site's order, rules top to bottom. */
export function rulesInOrder({ plugins }: Pick<Outline, 'plugins'>, hook: Hook): readonly RuleInOrder[] {
  return plugins.flatMap((plugin) =>
    plugin.chains
      .filter((chain) => chain.hook === hook)
      .flatMap((chain) =>
        chain.chain.rules.map((rule, index) => ({ hook, plugin, chain, rule, node: chain.rules[index]?.node })),
      ),
  )
}

/** Said elsewhere, or to nobody who asks what is in force. */
const SAID_ELSEWHERE: ReadonlySet<string> = new Set(['id', 'summary', 'enabled', 'mutation', 'mode'])

export function effectiveRule(one: RuleInOrder, view: PluginView, places: Places): EffectiveRule {
  const { hook, plugin, chain, rule, node } = one
  const summary = node && textOf(valueOf(node, 'summary'))
  const reply = node && replyOf(node, rule, hook)
  return {
    hook,
    plugin: plugin.name,
    rule: rule.id,
    at: places.shown(rule.at).replace(/:\d+$/, ''),
    ...(summary !== undefined && { summary }),
    ...(!node && { code: true as const }),
    entry: view.entry,
    mode: rule.mode,
    on_unknown: rule.onUnknown,
    says: node ? saysOf(node, view) : {},
    ...(reply !== undefined && { reply: String(concealed(reply, 'message', view.secrets)) }),
    ...(chain.chain.perRecipient && { per_recipient: true as const }),
    lists: listsIn(plugin, node, view),
    parameters: parametersIn(node && writtenAs(plugin, hook, node), view),
  }
}

function saysOf({ entries }: MapNode, { secrets }: PluginView): Readonly<Record<string, unknown>> {
  const told = entries.filter(({ key }) => !SAID_ELSEWHERE.has(key.value))
  return Object.fromEntries(told.map(({ key, value }) => [key.value, concealed(toJson(value), key.value, secrets)]))
}

function replyOf(node: MapNode, { replyAt }: Rule, hook: Hook): string | undefined {
  const code = textOf(valueOf(node, 'return'))
  if (code === undefined || !isReturnCode(code) || !isRefusal(code)) return undefined
  const { reply, isReplyFixed = false } = replyRow(replyAt ?? hook, code)
  if (!reply) return undefined
  const own = (key: string): string | undefined => (isReplyFixed ? undefined : written(valueOf(node, key)))
  const status = own('status')?.replace('X', reply.status?.[0] ?? 'X') ?? reply.status
  return [own('reply_code') ?? reply.code, status, own('message') ?? reply.text.replaceAll('{subject}', '…')]
    .filter((one) => one !== undefined)
    .join(' ')
}

function written(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' ? node.source : undefined
}

function listsIn(plugin: OutlinedPlugin, node: MapNode | undefined, { lists }: PluginView): readonly EffectiveList[] {
  if (!node) return []
  const conditions = { ...node, entries: node.entries.filter(({ key }) => !SAID_ELSEWHERE.has(key.value)) }
  return namedIn(plugin, conditions).flatMap(({ name }) => lists.get(name) ?? [])
}

/** The rule in its plugin's file, before parameters are in place. */
function writtenAs(plugin: OutlinedPlugin, hook: Hook, { at }: MapNode): MapNode | undefined {
  return writtenAt(plugin, hook).find((rule) => rule.at === at)
}

function writtenAt({ file }: OutlinedPlugin, hook: Hook): readonly MapNode[] {
  const rules = file?.chains.find((chain) => chain.hook === hook)?.rules ?? []
  return rules.filter((rule) => rule.kind === 'map')
}

const NAMED = /\$\{\s*([a-z][a-z0-9_]*)\s*(?=[}|])/g

/** `${name}`, and what `enabled` asks for. */
function parametersIn(rule: MapNode | undefined, { parameters }: PluginView): readonly EffectiveParam[] {
  if (!rule) return []
  const filled = textsIn(rule).flatMap((text) => Array.from(text.matchAll(NAMED), ([, name = '']) => name))
  const asked = entriesOf(valueOf(rule, 'enabled')).map(({ key }) => key.value)
  return [...new Set([...asked, ...filled])].flatMap((name) => parameters.get(name) ?? [])
}

/** Rules of the hook that the parameters of their plugin have switched off. */
export function switchedOff(hook: Hook, views: readonly PluginView[], places: Places): readonly SwitchedOff[] {
  return views.flatMap((view) => {
    const { plugin } = view
    const live = new Set(rulesInOrder({ plugins: [plugin] }, hook).map(({ node }) => node?.at))
    const off = writtenAt(plugin, hook).filter((rule) => !live.has(rule.at))
    return off.map((rule) => offRule(rule, hook, view, places))
  })
}

function offRule(rule: MapNode, hook: Hook, view: PluginView, places: Places): SwitchedOff {
  const enabled = valueOf(rule, 'enabled')
  const condition = { ...rule, entries: rule.entries.filter(({ value }) => value === enabled) }
  return {
    hook,
    plugin: view.plugin.name,
    rule: textOf(valueOf(rule, 'id')) ?? '',
    at: places.of(rule.at),
    enabled: enabled && toJson(enabled),
    parameters: parametersIn(condition, view),
  }
}
