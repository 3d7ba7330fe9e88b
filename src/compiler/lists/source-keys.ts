/**
 * What a source outside is asked for: the keys under which an entry for this value may stand, in the order asked.
 *
 * They are the entries that a list file may have. An address: `user@host`, `@host`, `host`, `.parent` for every parent. A
 * recipient: `user@host`, `user`, `@host`. A route: `user@host`, `host`, `.parent`. A domain: itself, then its parents.
 * An IP address: itself, then its prefixes that end in a dot or a colon, longest first; the groups of an IPv6 address
 * without leading zeros and without `::`. A text: itself. All in lower case.
 */
import { addressKey } from '../../core/mail/address.ts'
import type { FactValue, OneValue } from '../../core/fact.ts'
import { formatIp, type Ip, isIpFault, parseIp } from '../../core/net/ip.ts'
import type { ListKind } from '../../core/list.ts'
import { addressOf } from './address-list.ts'
import { recipientKeys, routeKeys } from './recipient-list.ts'
import { domainOf, keysOfDomain } from './domain-list.ts'
import { eachValue, textOf } from './family.ts'

type Keys = (value: OneValue) => readonly string[]

/** Kinds whose entries are keys, or may be: the patterns of the others only a list that is at hand can match. */
const KEYS: Readonly<Partial<Record<ListKind, Keys>>> = {
  ip: ipKeys,
  domain: domainKeys,
  address: addressKeys,
  address_or_pattern: (value) => addressKeys(value).slice(0, 2),
  address_code: (value) => addressKeys(value).slice(0, 1),
  host_or_pattern: (value) => domainKeys(value).slice(0, 1),
  recipient: (value) => recipientKeys(addressOf(value)),
  route: routeKeys,
  string: (value) => [textOf(value).toLowerCase()].filter((text) => text !== ''),
}

export function hasKeys(kind: ListKind): boolean {
  return KEYS[kind] !== undefined
}

export function sourceKeys(kind: ListKind, value: FactValue): readonly string[] {
  return eachValue(value, KEYS[kind] ?? (() => []))
}

/** The value itself, as its kind is written. Empty where there is nothing to ask for: the null sender, a name that is none. */
export function wholeKey(kind: ListKind, value: FactValue): readonly string[] {
  const keysOf = KEYS[kind] ?? ((one: OneValue) => [textOf(one)].filter((text) => text !== ''))
  return eachValue(value, (one) => keysOf(one).slice(0, 1))
}

/**
 * Parents of one domain that are asked for: a client chooses how many it has, and each costs a look-up. Of more, those
 * nearest to the root are asked for, which is where lists have their entries.
 */
const MOST_PARENTS = 8

function hostKeys(domain: string): readonly string[] {
  const [host = domain, ...parents] = keysOfDomain(domain)
  return [host, ...parents.slice(-MOST_PARENTS)]
}

function domainKeys(value: OneValue): readonly string[] {
  const domain = domainOf(value)
  return domain === undefined ? [] : hostKeys(domain)
}

function addressKeys(value: OneValue): readonly string[] {
  const address = addressOf(value)
  if (address?.kind === 'mailbox') return [addressKey(address), `@${address.domain}`, ...hostKeys(address.domain)]
  return address?.kind === 'postmaster' ? [addressKey(address)] : []
}

function ipKeys(value: OneValue): readonly string[] {
  const ip = parseIp(textOf(value))
  if (isIpFault(ip)) return []
  return [formatIp(ip), ...prefixesOf(ip)]
}

function prefixesOf(ip: Ip): readonly string[] {
  const [groups, mark] = ip.version === 4 ? [formatIp(ip).split('.'), '.'] : [groupsOf(ip.value), ':']
  return groups.slice(1).map((_, index) => groups.slice(0, groups.length - 1 - index).join(mark) + mark)
}

function groupsOf(value: bigint): readonly string[] {
  const shifts = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n]
  return shifts.map((shift) => ((value >> shift) & 0xffffn).toString(16))
}
