/** What a rule does besides answering: `set`, `add`, `headers`, `delay`, `log`, compiled to effects. */
import type { HookContext } from '../core/context.ts'
import { type Effect, LOG_LEVELS } from '../core/effect.ts'
import { isFieldName } from '../core/header.ts'
import { isKnownAt } from '../core/hook.ts'
import { type MapEntry, type MapNode, type ScalarNode, textOf, valueOf, type YamlNode } from '../language/node.ts'
import { parseDuration } from '../language/units.ts'
import { complain, type Scope } from './scope.ts'
import { compileText, type Text } from './text.ts'

export type MakeEffect = (context: HookContext) => Effect

export function compileEffects(rule: MapNode, scope: Scope): readonly MakeEffect[] {
  return [
    ...entries(rule, 'set').flatMap((entry) => compileSet(entry, scope)),
    ...entries(rule, 'add').flatMap((entry) => compileAdd(entry, scope)),
    ...compileHeaders(rule, scope),
    ...compileDelay(valueOf(rule, 'delay')),
    ...compileLog(valueOf(rule, 'log'), scope),
  ]
}

function entries(rule: MapNode, key: string): readonly MapEntry[] {
  const node = valueOf(rule, key)
  return node?.kind === 'map' ? node.entries : []
}

function compileSet({ key, value }: MapEntry, scope: Scope): readonly MakeEffect[] {
  if (value.kind !== 'scalar' || value.value === null) return []
  if (key.value === 'relay_client' || key.value === 'immune') return compileFlag(key.value, value, scope)
  if (!key.value.startsWith('note.')) return unknownTarget(key, scope, 'note.NAME, relay_client and immune can be set')
  const name = key.value.slice('note.'.length)
  const common = { kind: 'set_note', scope: scope.notes.scopeOf(name), name } as const
  if (typeof value.value !== 'string') {
    const constant = value.value
    return [() => ({ ...common, value: constant })]
  }
  const text = compileText(value, scope)
  return [(context) => ({ ...common, value: text(context) })]
}

function compileFlag(flag: 'relay_client' | 'immune', value: ScalarNode, scope: Scope): readonly MakeEffect[] {
  const wanted = value.value
  if (typeof wanted === 'boolean') return [() => ({ kind: 'set_flag', flag, value: wanted })]
  complain(scope, {
    code: 'CFG102',
    at: value.at,
    message: `\`${flag}\` must be true or false`,
    help: `write \`${flag}: true\``,
  })
  return []
}

function compileAdd({ key, value }: MapEntry, scope: Scope): readonly MakeEffect[] {
  const amount = value.kind === 'scalar' ? value.value : undefined
  if (typeof amount !== 'number') {
    complain(scope, {
      code: 'CFG102',
      at: value.at,
      message: 'a number is wanted here',
      help: 'for example `add: { score: -1 }`',
    })
    return []
  }
  if (key.value === 'score') return [() => ({ kind: 'add_score', amount })]
  if (!key.value.startsWith('note.'))
    return unknownTarget(key, scope, 'something can be added to score and to note.NAME')
  const name = key.value.slice('note.'.length)
  return [() => ({ kind: 'add_note', scope: scope.notes.scopeOf(name), name, amount })]
}

function unknownTarget(key: ScalarNode, scope: Scope, help: string): readonly MakeEffect[] {
  complain(scope, { code: 'CFG101', at: key.at, message: `\`${key.source}\` cannot be changed by a rule`, help })
  return []
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
