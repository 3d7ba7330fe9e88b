/** A rule as one schema: what its keys may be in the hooks of its chain. */
import { comesAfter, type Hook, HOOK_TABLE, HOOKS } from '../../core/hook.ts'
import { isAllowedAt, REPLY_TABLE } from '../../core/reply-table.ts'
import type { Schema } from '../../core/schema.ts'
import { isRefusal, RETURN_CODES, type ReturnCode } from '../../core/verdict.ts'
import type { DeliveryWord } from '../../core/word.ts'
import { RULE_SCHEMA } from '../../language/files/rule-schema.ts'
import { type Around, isKnown, listNames } from './condition-shape.ts'

export interface AroundRule extends Around {
  readonly deliveries: ReadonlyMap<string, DeliveryWord>
}

export function ruleShape(around: AroundRule): Schema {
  const { deliver, set, add, deliver_to: deliverTo, headers, ...rest } = RULE_SCHEMA.properties
  return {
    ...RULE_SCHEMA,
    properties: {
      ...rest,
      return: { ...rest.return, anyOf: codes(around) },
      reply_at: { ...rest.reply_at, enum: laterHooks(around) },
      set: { ...set, properties: { ...settable(around), ...notes(around) } },
      add: { ...add, properties: { ...add.properties, ...notes(around) } },
      deliver_to: { ...deliverTo, anyOf: [...deliverTo.anyOf.slice(0, 2), namedList(around)] },
      ...(isKnown('sender', around) && { headers }),
      ...(around.hooks.every((hook) => hook === 'queue') && { deliver: deliveries(deliver, around) }),
    },
  }
}

/** Those that all hooks of the chain accept. DONE is for plugins that have answered by themselves. */
function codesAt(hooks: readonly Hook[]): readonly ReturnCode[] {
  return RETURN_CODES.filter((code) => code !== 'DONE' && hooks.every((hook) => isAllowedAt(hook, code)))
}

function codes({ hooks }: Around): readonly Schema[] {
  return codesAt(hooks).map((code) => ({ const: code, description: meaningAt(hooks[0], code) }))
}

function meaningAt(hook: Hook | undefined, code: ReturnCode): string {
  const row = hook && REPLY_TABLE[hook][code]
  if (!row) return ''
  const { meaning, reply, close = false } = row
  const said = reply ? `${meaning}: ${reply.code} ${reply.status ?? ''} ${reply.text}` : meaning
  return close ? `${said}, and the session ends` : said
}

/** Where a refusal of this chain could be spoken instead. */
function laterHooks({ hooks }: Around): readonly Hook[] {
  return HOOKS.filter(
    (later) =>
      hooks.every((hook) => comesAfter(later, hook)) && codesAt([later]).some(isRefusal) && HOOK_TABLE[later].stage,
  )
}

/** Where settings of the session, and of the recipient, can still be changed. */
function settable({ hooks }: Around): Readonly<Record<string, Schema>> {
  const all = Object.entries<Schema>(RULE_SCHEMA.properties.set.properties)
  const isConfig = hooks.every((hook) => hook === 'config')
  return Object.fromEntries(all.filter(([name]) => isConfig || !name.startsWith('config.')))
}

function notes({ notes: types, settings, hooks }: Around): Readonly<Record<string, Schema>> {
  const known = [...types.keys()].map(
    (name) => [`note.${name}`, { description: 'A note that some rule sets' }] as const,
  )
  const isConfig = hooks.length > 0 && hooks.every((hook) => hook === 'user_config')
  const own = isConfig ? [...settings.keys()].map((name) => [`policy.${name}`, {}] as const) : []
  return Object.fromEntries([['note.', { description: 'A note; its first value gives it its type' }], ...known, ...own])
}

function namedList(around: Around): Schema {
  const list: Schema = {
    description: 'Name of a list of addresses',
    anyOf: listNames(['address', 'recipient'], around),
  }
  return { type: 'object', required: ['list'], properties: { list } }
}

function deliveries(deliver: Schema, { deliveries: words }: AroundRule): Schema {
  const targets = [...words.values()].map(({ name, summary, options }) => [name, { description: summary, ...options }])
  return { ...deliver, properties: Object.fromEntries(targets) as Readonly<Record<string, Schema>> }
}
