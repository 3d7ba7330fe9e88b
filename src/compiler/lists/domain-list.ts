/** Lists of domains: `example.org` is that name, `.example.org` every name below it. */
import { canonicalDomain, parentDomains } from '../../core/mail/domain.ts'
import type { FactValue } from '../../core/fact.ts'
import { isIpFault, parseNetwork } from '../../core/net/ip.ts'
import { eachValue, type Family, noTexts } from './family.ts'
import { type Fault, fault, severalHelp } from './problem.ts'

/** `host` and `.host` with the host canonical; undefined for anything else. */
export function domainKey(text: string): string | undefined {
  if (!text.startsWith('.')) return canonicalDomain(text)
  const parent = canonicalDomain(text.slice(1))
  return parent === undefined ? undefined : `.${parent}`
}

/** The keys of entries that hold for this domain: itself, and every parent as `.parent`. */
export function keysOfDomain(domain: string): readonly string[] {
  return [domain, ...Array.from(parentDomains(domain), (parent) => `.${parent}`)]
}

export const DOMAIN_FAMILY: Family = {
  read: ({ text }) => {
    const key = domainKey(text)
    return key === undefined ? domainFault(text) : { key }
  },
  keys: (value) => eachValue(value, keysOf),
  texts: noTexts,
}

function keysOf(value: FactValue): readonly string[] {
  const domain = domainOf(value)
  return domain === undefined ? [] : keysOfDomain(domain)
}

/** Names as clients say them, and the domains of addresses. */
export function domainOf(value: FactValue): string | undefined {
  if (typeof value === 'string') return canonicalDomain(value)
  return typeof value === 'object' && 'kind' in value && value.kind === 'mailbox' ? value.domain : undefined
}

export function domainFault(text: string): Fault {
  const help = severalHelp(text, (part) => part.includes('.') && domainKey(part) !== undefined) ?? domainHelp(text)
  return { ...fault('NET204', `\`${text}\` is no domain name`, help), ...domainMeant(text) }
}

function domainHelp(text: string): string | undefined {
  const below = text.replace(/^[@*.]+/, '')
  if (text.startsWith('*') && canonicalDomain(below)) return `for every name below it: \`.${below}\``
  if (text.startsWith('@') && canonicalDomain(below)) return `without the \`@\`: \`${below}\``
  if (!isIpFault(parseNetwork(text))) return 'addresses of machines stand in a list `of: ip`'
  return text.includes('@') ? 'mail addresses stand in a list `of: address`' : undefined
}

/** `*.example.org` and `@example.org`, as other programs write them. */
function domainMeant(text: string): Pick<Fault, 'instead' | 'isSure'> {
  const below = text.replace(/^[@*.]+/, '')
  if (!canonicalDomain(below) || !/^[@*]/.test(text)) return {}
  return { instead: [text.startsWith('*') ? `.${below}` : below], isSure: true }
}
