/**
 * What trusted clients say of others: the attributes of XCLIENT and XFORWARD
 * (http://www.postfix.org/XCLIENT_README.html, http://www.postfix.org/XFORWARD_README.html).
 *
 * Values are xtext and checked strictly, each into one spelling; numbers are numbers from here on.
 */
import { canonicalDomain } from '../../core/mail/domain.ts'
import { canonicalIp } from '../../core/net/ip.ts'
import { Unknown } from '../../core/truth.ts'
import { fromXtext } from '../../core/mail/xtext.ts'

/** Undefined for what is `[UNAVAILABLE]`, Unknown for what is `[TEMPUNAVAIL]`. */
export type Attributes = ReadonlyMap<string, string | undefined | Unknown>

/** The one spelling of a value; undefined for what is none. */
type Check = (text: string) => string | undefined
export type AttributeTable = ReadonlyMap<string, Check>

const VALUE_LENGTH = 255

function form(pattern: RegExp): Check {
  return (text) => (pattern.test(text) ? text : undefined)
}

/** Nothing that means something in a header field or a log line. */
const word = form(/^[^\s<>()\\";@,]+$/u)
const user = form(/^[^\s]+$/u)

function address(text: string): string | undefined {
  const prefixed = /^ipv6:/i.test(text)
  const bare = prefixed ? text.slice('ipv6:'.length) : text
  return bare.includes(':') === prefixed ? canonicalIp(bare) : undefined
}

function port(text: string): string | undefined {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65535 ? text : undefined
}

function oneOf(...words: readonly string[]): Check {
  return (text) => words.find((one) => one === text.toUpperCase())
}

export const XCLIENT_ATTRIBUTES: AttributeTable = new Map<string, Check>([
  ['NAME', canonicalDomain],
  ['ADDR', address],
  ['PORT', port],
  ['PROTO', oneOf('SMTP', 'ESMTP')],
  ['HELO', word],
  ['LOGIN', user],
  ['DESTADDR', address],
  ['DESTPORT', port],
])

export const XFORWARD_ATTRIBUTES: AttributeTable = new Map<string, Check>([
  ['NAME', word],
  ['ADDR', address],
  ['PORT', port],
  ['PROTO', word],
  ['HELO', word],
  ['IDENT', word],
  ['SOURCE', oneOf('LOCAL', 'REMOTE')],
])

/** Names in upper case, each at most once; undefined for anything malformed. */
export function parseAttributes(argument: string, table: AttributeTable): Attributes | undefined {
  const attributes = new Map<string, string | undefined | Unknown>()
  for (const part of argument.split(' ').filter((one) => one !== '')) {
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(0, equals)).toUpperCase()
    const check = table.get(name)
    if (check === undefined || attributes.has(name)) return undefined
    const value = readValue(name, part.slice(equals + 1), check)
    if (value === MALFORMED) return undefined
    attributes.set(name, value)
  }
  return attributes.size === 0 ? undefined : attributes
}

const MALFORMED = Symbol('malformed')

function readValue(name: string, text: string, check: Check): string | undefined | Unknown | typeof MALFORMED {
  const special = text.toUpperCase()
  if (special === '[UNAVAILABLE]' && name !== 'PROTO') return undefined
  if (special === '[TEMPUNAVAIL]' && name === 'NAME') return new Unknown('the client in between could not find out')
  const decoded = text.length > VALUE_LENGTH ? undefined : fromXtext(text)
  return (decoded && check(decoded)) || MALFORMED
}
