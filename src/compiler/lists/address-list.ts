/**
 * Lists of mail addresses: `user@host`, `@host` or `host` for that domain, `.host` for every domain below it.
 *
 * Case never counts (qpsmtpd plugins whitelist, badmailfrom). The null sender is in no list.
 */
import { type Address, addressKey, parseMailbox } from '../../core/mail/address.ts'
import type { FactValue } from '../../core/fact.ts'
import { canonicalHost } from '../../core/mail/mailbox-scan.ts'
import { domainKey, keysOfDomain } from './domain-list.ts'
import { eachValue, type Family, noTexts } from './family.ts'
import { type Fault, fault, severalHelp } from './problem.ts'

export const ADDRESS_FAMILY: Family = {
  read: ({ text }) => {
    const key = keyOf(text)
    return key === undefined ? addressFault(text) : { key }
  },
  keys: (value) => eachValue(value, keysOf),
  texts: noTexts,
}

/** Most local parts, and short enough to be one. Reading these halves the time to build a list of millions. */
const SIMPLE_LOCAL = /^[a-z0-9_]+(?:[.+-][a-z0-9_]+)*$/
const SIMPLE_LENGTH = 64

/** `user@host` as the address, `@host` as the host. `*@host` is a user named `*` to the RFC and a slip to everybody else. */
function keyOf(text: string): string | undefined {
  return text.includes('@') ? mailboxKey(text) : hostKey(text)
}

export function mailboxKey(text: string): string | undefined {
  const at = text.indexOf('@')
  if (at < 0 || text.startsWith('*@')) return undefined
  if (at === 0) return canonicalHost(text.slice(1))
  const local = text.slice(0, at).toLowerCase()
  if (at > SIMPLE_LENGTH || !SIMPLE_LOCAL.test(local)) return fullMailboxKey(text)
  const host = canonicalHost(text.slice(at + 1))
  return host === undefined ? undefined : `${local}@${host}`
}

function fullMailboxKey(text: string): string | undefined {
  const address = parseMailbox(text)
  return address && addressKey(address)
}

function hostKey(text: string): string | undefined {
  return text.startsWith('.') ? domainKey(text) : canonicalHost(text)
}

function keysOf(value: FactValue): readonly string[] {
  const address = addressOf(value)
  if (address?.kind === 'mailbox') return [addressKey(address), ...keysOfDomain(address.domain)]
  return address?.kind === 'postmaster' ? [addressKey(address)] : []
}

/** `user@host`, then the host alone: none of its parents. */
export function mailboxKeys(value: FactValue): readonly string[] {
  const address = addressOf(value)
  return address?.kind === 'mailbox' ? [addressKey(address), address.domain] : []
}

export function addressOf(value: FactValue): Address | undefined {
  if (typeof value === 'string') return parseMailbox(value)
  return typeof value === 'object' && 'kind' in value ? value : undefined
}

export function addressFault(text: string): Fault {
  const help = severalHelp(text, (part) => part.includes('.') && keyOf(part) !== undefined) ?? addressHelp(text)
  return { ...fault('NET205', `\`${text}\` is no mail address`, help), ...addressMeant(text) }
}

function addressHelp(text: string): string | undefined {
  const [user = '', host = ''] = text.split('@')
  const name = host.replace(/^[*.]+/, '')
  if (canonicalHost(name) === undefined) return undefined
  if (host !== name) return `for every domain below it: \`.${name}\``
  return user === '*' ? `for the whole domain: \`@${name}\`` : undefined
}

/** `*@example.org` and `*@*.example.org`, as other programs write them. */
function addressMeant(text: string): Pick<Fault, 'instead' | 'isSure'> {
  const [user = '', host = ''] = text.split('@')
  const name = host.replace(/^[*.]+/, '')
  if (canonicalHost(name) === undefined || user.replace('*', '') !== '') return {}
  return { instead: [host === name ? `@${name}` : `.${name}`], isSure: true }
}
