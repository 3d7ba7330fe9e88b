/** Applies what a rule does to the session. The only place, outside the SMTP session itself, that changes it. */
import { parseMailbox } from '../core/mail/address.ts'
import type { HookContext } from '../core/context.ts'
import { canonicalDomain } from '../core/mail/domain.ts'
import { type Effect, LOG_LEVELS } from '../core/effect.ts'
import { type HeaderField, isFieldName, makeField } from '../core/mail/header.ts'
import { LIMITS } from '../core/limits.ts'
import type { NoteScope, Notes } from '../core/notes.ts'
import type { Recipient, Transaction } from '../core/session.ts'
import { ownTemplateFault } from '../core/source.ts'

type Kind = Effect['kind']
type EffectOf<K extends Kind> = Extract<Effect, { readonly kind: K }>

interface Deed<E extends Effect> {
  /** Rules are checked when they are compiled; what handlers answer may be anything. */
  isSound(effect: E): boolean
  apply(effect: E, context: HookContext, plugin: string): void
}

const DEEDS: { readonly [K in Kind]: Deed<EffectOf<K>> } = {
  set_note: {
    isSound: isSetting,
    apply: ({ scope, name, value }, context) => void notesOf(scope, context).set(name, value),
  },
  add_note: {
    isSound: ({ name, amount }) => typeof name === 'string' && Number.isFinite(amount),
    apply: ({ scope, name, amount }, context) => addToNote(notesOf(scope, context), name, amount),
  },
  set_flag: { isSound: ({ value }) => typeof value === 'boolean', apply: setFlag },
  set_policy: {
    isSound: isSetting,
    apply: ({ name, value }, { recipient }) => void recipient?.policy?.settings.set(name, value),
  },
  set_own_files: {
    isSound: ({ path }) => typeof path === 'string' && ownTemplateFault(path) === undefined,
    apply({ path }, { hook, recipient }) {
      if (recipient && hook === 'user_config') recipient.ownFiles = path
    },
  },
  set_config: { isSound: isConfig, apply: setConfig },
  add_score: {
    isSound: ({ amount }) => Number.isFinite(amount),
    apply({ amount }, { connection }) {
      connection.score += amount
    },
  },
  add_header: {
    isSound: isField,
    apply: ({ name, value }, { transaction }) => addField(makeField(name, value), transaction),
  },
  remove_header: {
    isSound: ({ name }) => typeof name === 'string',
    apply: ({ name }, { transaction }) => transaction?.message?.remove(name),
  },
  replace_header: {
    isSound: isField,
    apply({ name, value }, { transaction }) {
      transaction?.message?.remove(name)
      transaction?.message?.prepend(makeField(name, value))
    },
  },
  deliver_to: {
    isSound: ({ addresses }) => isAddresses(addresses),
    apply: ({ addresses }, context) => redirect(addresses, context),
  },
  delay: { isSound: ({ milliseconds }) => milliseconds >= 0 && milliseconds < Infinity, apply: () => undefined },
  log: {
    isSound: ({ level, text }) => LOG_LEVELS.includes(level) && typeof text === 'string',
    apply({ level, text }, { connection, transaction, hook, ports }, plugin) {
      ports.log.write(level, { connection: connection.id, transaction: transaction?.id, hook, plugin }, text)
    },
  },
}

/** Answers with the milliseconds the client is to wait, 0 for most effects. */
export function applyEffect(effect: Effect, context: HookContext, plugin: string): number {
  const deed: Deed<Effect> = DEEDS[effect.kind]
  deed.apply(effect, context, plugin)
  return effect.kind === 'delay' ? effect.milliseconds : 0
}

/** Whether it can be applied. */
export function isEffect(effect: Effect): boolean {
  if (!Object.hasOwn(DEEDS, effect.kind)) return false
  const deed: Deed<Effect> = DEEDS[effect.kind]
  return deed.isSound(effect)
}

const NOTE_TYPES: readonly string[] = ['string', 'number', 'boolean']

function isSetting({ name, value }: EffectOf<'set_note' | 'set_policy'>): boolean {
  return typeof name === 'string' && NOTE_TYPES.includes(typeof value)
}

function isField({ name, value }: EffectOf<'add_header' | 'replace_header'>): boolean {
  return isFieldName(name) && typeof value === 'string'
}

type SetConfig = EffectOf<'set_config'>

/** What cannot be said to clients is not said: a name that is none, a size below what every server must take. */
function isConfig({ name, value }: SetConfig): boolean {
  if (name === 'message_size' || name === 'command_timeout')
    return Number.isInteger(value) && Number(value) >= LIMITS[name].minimum
  if (name === 'hostname') return typeof value === 'string' && canonicalDomain(value) !== undefined
  return name === 'greeting' && typeof value === 'string'
}

/** Once the session has its settings, nothing looks there again. */
function setConfig({ name, value }: SetConfig, { hook, connection }: HookContext): void {
  if (hook === 'config') Object.assign(connection.config ?? {}, { [name]: value })
}

function isAddresses(texts: readonly string[]): boolean {
  if (!Array.isArray(texts) || texts.length === 0) return false
  return texts.every((text) => typeof text === 'string' && parseMailbox(text) !== undefined)
}

function redirect(texts: readonly string[], context: HookContext): void {
  const addresses = texts.flatMap((text) => parseMailbox(text) ?? [])
  for (const one of recipientsMeant(context)) one.deliverTo = addresses
}

/** After DATA one recipient stands for all that rules treat alike; without one everybody is meant. */
function recipientsMeant({ transaction, recipient }: HookContext): readonly Recipient[] {
  if (!recipient) return transaction?.recipients ?? []
  return transaction?.parts?.find((part) => part.includes(recipient)) ?? [recipient]
}

/** Before there is a message, fields wait for it. */
function addField(field: HeaderField, transaction: Transaction | undefined): void {
  if (transaction?.message) transaction.message.prepend(field)
  else transaction?.newFields.push(field)
}

function notesOf(scope: NoteScope, { connection, transaction, recipient }: HookContext): Notes {
  if (scope === 'recipient' && recipient) return recipient.notes
  if (scope !== 'connection' && transaction) return transaction.notes
  return connection.notes
}

function addToNote(notes: Notes, name: string, amount: number): void {
  const before = notes.get(name)
  notes.set(name, (typeof before === 'number' ? before : 0) + amount)
}

/**
 * What a client is granted before MAIL lasts for the connection; what a sender is granted, for the transaction; what is
 * granted for mail to a recipient, for that one. A client nobody knows is granted nothing on account of an address that
 * is not its own.
 */
function setFlag({ flag, value }: EffectOf<'set_flag'>, { connection, transaction, recipient }: HookContext): void {
  const granted = value && (!connection.anonymous || connection.auth !== undefined)
  if (flag === 'relay_client') connection.relayClient = granted
  else if (recipient) recipient.immune = value
  else if (transaction?.sender) transaction.immune = value
  else connection.immune = granted
}
