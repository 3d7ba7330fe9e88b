/** What a rule does besides answering: `set`, `add`, `headers`, `deliver_to`, `delay`, `log`, compiled to effects. */
import type { HookContext } from '../core/context.ts'
import { type Effect, LOG_LEVELS } from '../core/effect.ts'
import { isFieldName } from '../core/header.ts'
import { isKnownAt } from '../core/hook.ts'
import { type MapEntry, type MapNode, textOf, valueOf, type YamlNode } from '../language/node.ts'
import { parseDuration } from '../language/units.ts'
import { complain, type Scope } from './scope.ts'
import { compileText, type Text } from './text.ts'
import { compileDeliverTo } from './deliver-to.ts'

export type MakeEffect = (context: HookContext) => Effect

export function compileEffects(rule: MapNode, scope: Scope): readonly MakeEffect[] {
  return [
    ...entries(rule, 'set').flatMap((entry) => compileSet(entry, scope)),
    ...entries(rule, 'add').flatMap((entry) => compileAdd(entry, scope)),
    ...compileHeaders(rule, scope),
    ...compileDeliverTo(rule, scope),
    ...compileDelay(valueOf(rule, 'delay')),
    ...compileLog(valueOf(rule, 'log'), scope),
  ]
}

function entries(rule: MapNode, key: string): readonly MapEntry[] {
  const node = valueOf(rule, key)
  return node?.kind === 'map' ? node.entries : []
}

/** The rule's schema has said what can be set, and to what. */
function compileSet({ key, value }: MapEntry, scope: Scope): readonly MakeEffect[] {
  const wanted = value.kind === 'scalar' ? value.value : null
  if (value.kind !== 'scalar' || wanted === null) return []
  if (key.value === 'relay_client' || key.value === 'immune') return setFlag(key.value, wanted === true)
  const name = noteIn(key)
  if (name === undefined) return []
  const common = { kind: 'set_note', scope: scope.notes.scopeOf(name), name } as const
  if (typeof wanted !== 'string') return [() => ({ ...common, value: wanted })]
  const text = compileText(value, scope)
  return [(context) => ({ ...common, value: text(context) })]
}

function setFlag(flag: 'relay_client' | 'immune', value: boolean): readonly MakeEffect[] {
  return [() => ({ kind: 'set_flag', flag, value })]
}

function compileAdd({ key, value }: MapEntry, scope: Scope): readonly MakeEffect[] {
  const amount = value.kind === 'scalar' ? value.value : undefined
  if (typeof amount !== 'number') return []
  if (key.value === 'score') return [() => ({ kind: 'add_score', amount })]
  const name = noteIn(key)
  return name === undefined ? [] : [() => ({ kind: 'add_note', scope: scope.notes.scopeOf(name), name, amount })]
}

function noteIn({ value }: MapEntry['key']): string | undefined {
  return value.startsWith('note.') ? value.slice('note.'.length) : undefined
}

function compileHeaders(rule: MapNode, scope: Scope): readonly MakeEffect[] {
  const node = valueOf(rule, 'headers')
  if (node?.kind !== 'map') return []
  if (!isKnownAt('message', scope.hook)) {
    complain(scope, {
      code: 'HOK402',
      at: node.at,
      message: `there is no message yet in hook \`${scope.hook}\``,
      help: 'move the rule to the `data_post` chain',
    })
    return []
  }
  const added = entries(node, 'add').flatMap((entry) => compileField(entry, 'add_header', scope))
  const replaced = entries(node, 'replace').flatMap((entry) => compileField(entry, 'replace_header', scope))
  return [...compileRemovals(valueOf(node, 'remove')), ...replaced, ...added]
}

function compileField(
  { key, value }: MapEntry,
  kind: 'add_header' | 'replace_header',
  scope: Scope,
): readonly MakeEffect[] {
  if (!isFieldName(key.value)) {
    complain(scope, {
      code: 'CFG112',
      at: key.at,
      message: `\`${key.value}\` is no name of a header field`,
      help: 'printable ASCII without a colon or blanks',
    })
    return []
  }
  if (value.kind !== 'scalar') return []
  const text: Text = compileText(value, scope)
  return [(context) => ({ kind, name: key.value, value: text(context) })]
}

function compileRemovals(node: YamlNode | undefined): readonly MakeEffect[] {
  const names = node?.kind === 'seq' ? node.items.flatMap((item) => textOf(item) ?? []) : []
  return names.map((name) => () => ({ kind: 'remove_header', name }))
}

function compileDelay(node: YamlNode | undefined): readonly MakeEffect[] {
  const milliseconds = node?.kind === 'scalar' ? parseDuration(String(node.value)) : undefined
  return milliseconds === undefined ? [] : [() => ({ kind: 'delay', milliseconds })]
}

function compileLog(node: YamlNode | undefined, scope: Scope): readonly MakeEffect[] {
  const text = node?.kind === 'map' ? valueOf(node, 'text') : node
  if (text?.kind !== 'scalar') return []
  const wanted = node?.kind === 'map' ? textOf(valueOf(node, 'level')) : undefined
  const level = LOG_LEVELS.find((one) => one === wanted) ?? 'info'
  const line = compileText(text, scope)
  return [(context) => ({ kind: 'log', level, text: line(context) })]
}
