/** What a rule does besides answering: `set`, `add`, `headers`, `deliver_to`, `delay`, `log`, compiled to effects. */
import type { HookContext } from '../../core/context.ts'
import { type Effect, LOG_LEVELS } from '../../core/effect.ts'
import { isFieldName } from '../../core/mail/header.ts'
import { canonicalDomain } from '../../core/mail/domain.ts'
import { type Hook, isKnownAt } from '../../core/hook.ts'
import type { SettingValue } from '../../core/policy.ts'
import { SESSION_LIMITS, type SessionConfig } from '../../core/session.ts'
import { ownTemplateFault } from '../../core/source.ts'
import {
  entriesOf,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  textOf,
  valueOf,
  type YamlNode,
} from '../../language/node.ts'
import { checkSchema } from '../../language/schema/check.ts'
import { parseDuration } from '../../language/units.ts'
import { findSetting, settingIn } from '../policies/setting-use.ts'
import { complain, type Scope } from './scope.ts'
import { compileText, type Text } from './text.ts'
import { compileDeliverTo } from './deliver-to.ts'

export type MakeEffect = (context: HookContext) => Effect

export function compileEffects(rule: MapNode, scope: Scope): readonly MakeEffect[] {
  return [
    ...entriesOf(valueOf(rule, 'set')).flatMap((entry) => compileSet(entry, scope)),
    ...entriesOf(valueOf(rule, 'add')).flatMap((entry) => compileAdd(entry, scope)),
    ...compileHeaders(rule, scope),
    ...compileDeliverTo(rule, scope),
    ...compileDelay(valueOf(rule, 'delay')),
    ...compileLog(valueOf(rule, 'log'), scope),
  ]
}

/** The rule's schema has said what can be set, and to what. */
function compileSet({ key, value }: MapEntry, scope: Scope): readonly MakeEffect[] {
  const wanted = value.kind === 'scalar' ? value.value : null
  if (value.kind !== 'scalar' || wanted === null) return []
  if (key.value === 'relay_client' || key.value === 'immune') return setFlag(key.value, wanted === true)
  if (key.value === 'own_files') return setOwnFiles({ key, value }, scope)
  const setting = settingIn(key.value)
  if (setting !== undefined) return setSetting(setting, { key, value }, scope)
  const config = configIn(key.value)
  if (config) return setConfig(config, { key, value }, scope)
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

/** At `user_config`: what the policy of the recipient says from now on. The type is the declared one. */
function setSetting(name: string, { key, value }: MapEntry, scope: Scope): readonly MakeEffect[] {
  const declared = findSetting(name, key.at, scope)
  if (!declared || !isInItsHook(key, 'user_config', scope)) return []
  const { report, hook } = scope
  const isTemplate = declared === 'text' && value.kind === 'scalar' && value.source.includes('${')
  const wanted = scope.settings.get(name)?.value ?? {}
  if (!isTemplate && !checkSchema(value, wanted, report, { what: `\`${key.value}\``, hook })) return []
  const made = valueMaker(value, scope)
  return made ? [(context) => ({ kind: 'set_policy', name, value: made(context) })] : []
}

/** Texts are filled in. */
function valueMaker(node: YamlNode, scope: Scope): ((context: HookContext) => SettingValue) | undefined {
  if (node.kind !== 'scalar' || node.value === null) return undefined
  const { value } = node
  return typeof value === 'string' ? compileText(node, scope) : () => value
}

/** At `user_config`. Nothing is filled in but by the placeholders, which clients cannot make a path of. */
function setOwnFiles({ key, value }: MapEntry, scope: Scope): readonly MakeEffect[] {
  const path = textOf(value)
  if (path === undefined || !isInItsHook(key, 'user_config', scope)) return []
  const fault = path.includes('${') ? 'nothing of a session is filled in here' : ownTemplateFault(path)
  if (fault !== undefined) {
    const help = 'write a path such as `/home/%u/.qpsmtpd`: %u is the local part, %h the host, %a the address'
    complain(scope, { code: 'CFG112', at: value.at, message: `\`${path}\`: ${fault}`, help })
    return []
  }
  scope.own.place(path)
  return [() => ({ kind: 'set_own_files', path })]
}

const CONFIG = ['hostname', 'greeting', ...SESSION_LIMITS] as const satisfies readonly (keyof SessionConfig)[]

function configIn(key: string): keyof SessionConfig | undefined {
  return CONFIG.find((name) => key === `config.${name}`)
}

/** At `config`: a setting of this session. */
function setConfig(name: keyof SessionConfig, { key, value }: MapEntry, scope: Scope): readonly MakeEffect[] {
  const made = isInItsHook(key, 'config', scope) ? valueMaker(value, scope) : undefined
  if (name === 'hostname' && value.kind === 'scalar' && !isHostName(value)) {
    complain(scope, {
      code: 'NET204',
      at: value.at,
      message: `\`${value.source}\` is no domain name`,
      help: 'write the name that DNS has for this server: `config.hostname: mx.example.org`',
    })
  }
  if (!made) return []
  const isNumber = name !== 'hostname' && name !== 'greeting'
  return [(context) => ({ kind: 'set_config', name, value: isNumber ? Number(made(context)) : made(context) })]
}

/** What is filled in is known when the session begins; a name that is none then is not set. */
function isHostName({ value }: ScalarNode): boolean {
  return typeof value === 'string' && (value.includes('${') || canonicalDomain(value) !== undefined)
}

function isInItsHook(key: ScalarNode, hook: Hook, scope: Scope): boolean {
  if (scope.hook === hook) return true
  complain(scope, {
    code: 'HOK415',
    at: key.at,
    message: `\`${key.source}\` is settled in hook \`${hook}\`, not in \`${scope.hook}\``,
    help: `move the rule to the \`${hook}\` chain`,
  })
  return false
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
  const isAdded = node.entries.every(({ key }) => key.value === 'add')
  if (!isKnownAt(isAdded ? 'sender' : 'message', scope.hook)) {
    complain(scope, {
      code: 'HOK402',
      at: node.at,
      message: `there is no message yet in hook \`${scope.hook}\``,
      help: 'move the rule to the `data_post` chain',
    })
    return []
  }
  const added = entriesOf(valueOf(node, 'add')).flatMap((entry) => compileField(entry, 'add_header', scope))
  const replaced = entriesOf(valueOf(node, 'replace')).flatMap((entry) => compileField(entry, 'replace_header', scope))
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
