/** Lists of texts, of DNS zones with a message each, and of pairs of sender and recipient. */
import { canonicalDomain } from '../../core/mail/domain.ts'
import { addressFault, mailboxKey, mailboxKeys } from './address-list.ts'
import { domainFault, domainOf } from './domain-list.ts'
import { eachValue, type Family, noTexts, textOf, valuesOf } from './family.ts'
import { fault } from './problem.ts'

export const STRING_FAMILY: Family = {
  read: ({ text }) => ({ key: text.toLowerCase() }),
  keys: (value) => eachValue(value, (one) => [textOf(one).toLowerCase()]),
  texts: noTexts,
}

/** Whole lines (qpsmtpd plugin ident/p0f). */
export const PHRASE_FAMILY: Family = {
  read: ({ text, rest }) => {
    const phrase = `${text} ${rest}`.trim()
    const pattern = /^\/(.+)\/$/.exec(phrase)?.[1]
    const keep = { text: phrase, rest: '' }
    return pattern === undefined ? { key: phrase.toLowerCase(), keep } : { pattern, keep }
  },
  keys: (value) => STRING_FAMILY.keys(value),
  texts: (value) => eachValue(value, (one) => [textOf(one)]),
}

/** `zone`, `zone message` or `zone:message` (qpsmtpd plugins dnsbl, rhsbl): the message is the entry's reason. */
export const ZONE_FAMILY: Family = {
  read: ({ text, rest }) => {
    const bare = /^[a-z]+:\/\/([^/:]+)/i.exec(text)?.[1]
    if (bare !== undefined) return fault('NET204', `\`${text}\` is no domain name`, `the zone alone: \`${bare}\``)
    const [zone = ''] = text.split(':', 1)
    const key = canonicalDomain(zone)
    if (key === undefined) return domainFault(zone)
    return { key, keep: { text: zone, rest: `${text.slice(zone.length + 1)} ${rest}`.trim() } }
  },
  keys: (value) => eachValue(value, (one) => [domainOf(one)].filter((domain) => domain !== undefined)),
  texts: noTexts,
}

/**
 * Two columns, each an address or `@host` (qpsmtpd plugin badmailfromto). Asked with sender and recipient; an entry holds
 * when both of its columns do.
 */
export const PAIR_FAMILY: Family = {
  read: ({ text, rest }) => {
    const [from = '', to, ...reason] = `${text} ${rest}`.trim().split(/\s+/)
    if (to === undefined)
      return fault('LST602', `\`${from}\` has no second column`, `sender, then recipient: \`${from} user@example.org\``)
    const [sender, recipient] = [mailboxKey(from), mailboxKey(to)]
    if (sender === undefined || recipient === undefined) return addressFault(sender === undefined ? from : to)
    return { key: pairKey(sender, recipient), keep: { text: `${from} ${to}`, rest: reason.join(' ') } }
  },
  keys: (value) => {
    const [sender = [], recipient = []] = valuesOf(value).map((one) => mailboxKeys(one))
    return sender.flatMap((from) => recipient.map((to) => pairKey(from, to)))
  },
  texts: noTexts,
}

/** No key of an address holds a line feed. */
function pairKey(sender: string, recipient: string): string {
  return `${sender}\n${recipient}`
}
