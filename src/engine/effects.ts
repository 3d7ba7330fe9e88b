/** Applies what a rule does to the session. The only place, outside the SMTP session itself, that changes it. */
import { parseMailbox } from '../core/address.ts'
import type { HookContext } from '../core/context.ts'
import { canonicalDomain } from '../core/domain.ts'
import { type Effect, LOG_LEVELS } from '../core/effect.ts'
import { type HeaderField, isFieldName, makeField } from '../core/header.ts'
import { LIMITS } from '../core/limits.ts'
import type { NoteScope, Notes } from '../core/notes.ts'
import type { Recipient, Transaction } from '../core/session.ts'

/** Answers with the milliseconds the client is to wait, 0 for most effects. */
export function applyEffect(effect: Effect, context: HookContext, plugin: string): number {
  const { connection, transaction } = context
  switch (effect.kind) {
    case 'set_note':
      notesOf(effect.scope, context).set(effect.name, effect.value)
      return 0
    case 'add_note':
      addToNote(notesOf(effect.scope, context), effect.name, effect.amount)
      return 0
    case 'set_flag':
      setFlag(effect.flag, effect.value, context)
      return 0
    case 'set_policy':
      context.recipient?.policy?.settings.set(effect.name, effect.value)
      return 0
    case 'set_config':
      setConfig(effect, context)
      return 0
    case 'add_score':
      connection.score += effect.amount
      return 0
    case 'add_header':
      addField(makeField(effect.name, effect.value), transaction)
      return 0
    case 'remove_header':
      transaction?.message?.remove(effect.name)
      return 0
    case 'replace_header':
      transaction?.message?.remove(effect.name)
      transaction?.message?.prepend(makeField(effect.name, effect.value))
      return 0
    case 'deliver_to':
      redirect(effect.addresses, context)
      return 0
    case 'delay':
      return effect.milliseconds
    case 'log':
      context.ports.log.write(
        effect.level,
        { connection: connection.id, transaction: transaction?.id, hook: context.hook, plugin },
        effect.text,
      )
      return 0
  }
}

type SetConfig = Extract<Effect, { readonly kind: 'set_config' }>

const NOTE_TYPES: readonly string[] = ['string', 'number', 'boolean']

/** Whether it can be applied. Rules are checked when they are compiled; what handlers answer may be anything. */
export function isEffect(effect: Effect): boolean {
  switch (effect.kind) {
    case 'set_note':
      return typeof effect.name === 'string' && NOTE_TYPES.includes(typeof effect.value)
    case 'add_note':
      return typeof effect.name === 'string' && Number.isFinite(effect.amount)
    case 'set_flag':
      return typeof effect.value === 'boolean'
    case 'set_policy':
      return typeof effect.name === 'string' && NOTE_TYPES.includes(typeof effect.value)
    case 'set_config':
      return isConfig(effect)
    case 'add_score':
      return Number.isFinite(effect.amount)
    case 'add_header':
    case 'replace_header':
      return isFieldName(effect.name) && typeof effect.value === 'string'
    case 'remove_header':
      return typeof effect.name === 'string'
    case 'deliver_to':
      return isAddresses(effect.addresses)
    case 'delay':
      return effect.milliseconds >= 0 && effect.milliseconds < Infinity
    case 'log':
      return LOG_LEVELS.includes(effect.level) && typeof effect.text === 'string'
    default:
      return false
  }
}

/** What cannot be said to clients is not said: a name that is none, a size below what every server must take. */
function isConfig({ name, value }: SetConfig): boolean {
  if (name === 'message_size') return Number.isInteger(value) && Number(value) >= LIMITS.message_size.minimum
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
 * granted for mail to a recipient, for that one. A client nobody knows is granted nothing on account of an address that is not its own.
 */
function setFlag(
  flag: 'relay_client' | 'immune',
  value: boolean,
  { connection, transaction, recipient }: HookContext,
): void {
  const granted = value && (!connection.anonymous || connection.auth !== undefined)
  if (flag === 'relay_client') connection.relayClient = granted
  else if (recipient) recipient.immune = value
  else if (transaction?.sender) transaction.immune = value
  else connection.immune = granted
}
