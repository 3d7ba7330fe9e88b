/**
 * Lists that hold regular expressions, alone or beside plain entries (qpsmtpd plugins badmailfrom, badrcptto, helo).
 *
 * Where qpsmtpd guesses, so do we, by the same characters. Patterns ignore case, and entries such as `ann+news@example.org`,
 * which hold a `+` and are addresses all the same, hold for themselves too.
 */
import { addressKey } from '../../core/mail/address.ts'
import { canonicalDomain } from '../../core/mail/domain.ts'
import type { FactValue } from '../../core/fact.ts'
import { splitCode } from '../../core/list.ts'
import { RETURN_CODES } from '../../core/verdict.ts'
import { suggest } from '../../language/suggest.ts'
import { addressFault, addressOf, mailboxKey, mailboxKeys } from './address-list.ts'
import { domainOf } from './domain-list.ts'
import { eachValue, type Family } from './family.ts'
import { type Fault, fault } from './problem.ts'

export const PATTERN_FAMILY: Family = {
  read: ({ text }) => ({ pattern: text }),
  keys: () => [],
  texts: (value) => eachValue(value, textsOf),
}

/** Patterns see addresses as rules do, local part unquoted; the null sender has no text. */
function textsOf(value: FactValue): readonly string[] {
  if (typeof value !== 'object') return [String(value)]
  return 'kind' in value && value.kind !== 'null' ? [addressKey(value)] : []
}

const ADDRESS_MARKS = /[/^$*+!%?\\]/

export const ADDRESS_OR_PATTERN_FAMILY: Family = {
  read: ({ text }) => {
    const key = text.includes('@') ? mailboxKey(text) : undefined
    if (ADDRESS_MARKS.test(text)) return { pattern: text, ...(key !== undefined && { key }) }
    if (key !== undefined) return { key }
    return text.includes('@') ? addressFault(text) : neverMatches(text)
  },
  keys: (value) => eachValue(value, mailboxKeys),
  texts: (value) => eachValue(value, (one) => textsOf(addressOf(one) ?? one)),
}

function neverMatches(text: string): Fault {
  const host = text.replace(/^\.+/, '')
  const help = text.startsWith('.')
    ? `for every domain below it: \`[@.]${host.replaceAll('.', '\\.')}$\``
    : `for the whole domain: \`@${text}\``
  return fault('LST602', `\`${text}\` has no \`@\` and is no pattern: it would never match`, help)
}

const SLASHES = /^\/(.*)\/$/s

/** `/regex/ CODE text` or `address CODE text` (qpsmtpd plugins rcpt_regexp, rcpt_map). */
export const ADDRESS_CODE_FAMILY: Family = {
  read: ({ text, rest }) => {
    const [code] = splitCode(rest)
    if (code === undefined || code === 'DONE') return withoutCode(text, rest)
    const pattern = SLASHES.exec(text)?.[1]
    if (pattern !== undefined) return { pattern }
    const key = text.startsWith('@') || !text.includes('@') ? undefined : mailboxKey(text)
    return key === undefined ? addressFault(text) : { key }
  },
  keys: (value) => eachValue(value, (one) => mailboxKeys(one).slice(0, 1)),
  texts: (value) => eachValue(value, (one) => textsOf(addressOf(one) ?? one)),
}

function withoutCode(text: string, rest: string): Fault {
  const [said = ''] = rest.split(/\s/, 1)
  const near = suggest(said.toUpperCase(), CODES)
  const problem = said === '' ? `\`${text}\` has no return code behind it` : `\`${said}\` is no return code`
  return fault('LST602', problem, near ? `did you mean ${near}?` : `one of ${CODES.join(', ')}`)
}

const CODES = RETURN_CODES.filter((code) => code !== 'DONE')

const HOST_MARKS = /[{}[\]()^$|*+?\\]/

export const HOST_OR_PATTERN_FAMILY: Family = {
  read: ({ text }) => {
    if (text === '!') return fault('LST602', '`!` has no pattern behind it')
    if (text.startsWith('!')) return { pattern: text.slice(1), inverted: true }
    if (HOST_MARKS.test(text)) return { pattern: text }
    return text.startsWith('.') ? belowNothing(text) : { key: hostKey(text) }
  },
  keys: (value) => eachValue(value, namesOf),
  texts: (value) => eachValue(value, namesOf),
}

/** Clients say names that are none, and those can be listed too. */
function hostKey(text: string): string {
  return canonicalDomain(text) ?? text.toLowerCase()
}

function namesOf(value: FactValue): readonly string[] {
  if (typeof value === 'string') return [hostKey(value)]
  const domain = domainOf(value)
  return domain === undefined ? [] : [domain]
}

function belowNothing(text: string): Fault {
  const pattern = `${text.replaceAll('.', '\\.')}$`
  return fault('LST602', `\`${text}\` would hold for no name`, `for every name below it: \`${pattern}\``)
}
