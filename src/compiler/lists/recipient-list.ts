/**
 * Lists of recipients, alone or with what belongs to each: `user@host`, `user` for that user in every domain, `@host` for all
 * of a domain. Where several hold, the first of these decides. A colon may stand behind the entry, as in alias files (qpsmtpd
 * plugins goodrcptto, aliases).
 */
import { type Address, addressKey, localKey } from '../../core/mail/address.ts'
import type { OneValue } from '../../core/fact.ts'
import { canonicalHost } from '../../core/mail/mailbox-scan.ts'
import { addressFault, addressOf, mailboxKey } from './address-list.ts'
import { domainKey, domainOf, keysOfDomain } from './domain-list.ts'
import { eachValue, type Family, noTexts } from './family.ts'

export const RECIPIENT_FAMILY: Family = {
  read: (raw) => {
    const { text, rest } = split(raw)
    const key = keyOf(text)
    return key === undefined ? addressFault(text) : { key, keep: { text, rest } }
  },
  keys: (value) => eachValue(value, (one) => recipientKeys(addressOf(one))),
  texts: noTexts,
  firstKeyDecides: true,
}

/** Addresses and domains with where they go (qmail's virtualdomains): `user@host`, `host`, `.host` for all below it. */
export const ROUTE_FAMILY: Family = {
  read: (raw) => {
    const { text, rest } = split(raw)
    const key = text.includes('@') ? mailboxKey(text) : domainKey(text)
    return key === undefined ? addressFault(text) : { key, keep: { text, rest } }
  },
  keys: (value) => eachValue(value, routeKeys),
  texts: noTexts,
  firstKeyDecides: true,
}

export function routeKeys(value: OneValue): readonly string[] {
  const address = typeof value === 'object' ? addressOf(value) : undefined
  const domain = domainOf(value)
  const keys = domain === undefined ? [] : keysOfDomain(domain)
  return address?.kind === 'mailbox' ? [addressKey(address), ...keys] : keys
}

/** As entries are written. */
export function recipientKeys(address: Address | undefined): readonly string[] {
  if (address?.kind === 'mailbox') return [addressKey(address), localKey(address.local), `@${address.domain}`]
  return address?.kind === 'postmaster' ? [addressKey(address)] : []
}

/** At the first colon outside quotes and literals; what was kept is split no further. */
const ENTRY = /^((?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^":[])+):(.*)$/s

function split({ text, rest }: { readonly text: string; readonly rest: string }): { text: string; rest: string } {
  const [, entry = text, behind = ''] = ENTRY.exec(text) ?? []
  return { text: entry, rest: `${behind} ${rest}`.trim() }
}

const BARE = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/

function keyOf(text: string): string | undefined {
  if (text.startsWith('@')) {
    const host = canonicalHost(text.slice(1))
    return host === undefined ? undefined : `@${host}`
  }
  if (text.includes('@')) return mailboxKey(text)
  const local = localKey(text)
  return BARE.test(local) ? local : undefined
}
