/**
 * The grammar of `local-part@domain` (RFC 5321 section 4.1.2, RFC 6531 section 3.3), character by character.
 *
 * Strict: dots stand between atoms only, quotes hold the whole local part, and the domain follows the last `@` that is
 * not quoted because no other can be there. Comments and white space are refused.
 */
import { canonicalDomain } from './domain.ts'
import { canonicalIp } from '../net/ip.ts'

/** A part, and where the rest of the text begins. */
export interface Scanned {
  readonly value: string
  readonly end: number
}

const ATEXT = new Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~")
const QUOTE = '"'
const BACKSLASH = '\\'

/**
 * What an atom may hold beyond ASCII: everything but C1 controls, line and paragraph separators, halves of surrogate
 * pairs, and the replacement character, which stands for octets that were not UTF-8.
 */
const WIDE = /^[\u00a0-\u2027\u202a-\ud7ff\ue000-\ufffc\u{10000}-\u{10ffff}]$/u

function isAtomText(character: string): boolean {
  return ATEXT.has(character) || WIDE.test(character)
}

/** Space to tilde, and what atoms may hold beyond ASCII. */
function isQuotable(character: string): boolean {
  return (character >= ' ' && character <= '~') || WIDE.test(character)
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}

/** The local part that begins at `at`, without quotes and backslashes. */
export function scanLocal(text: string, at: number): Scanned | undefined {
  return text[at] === QUOTE ? scanQuoted(text, at + 1) : scanDotted(text, at)
}

function scanDotted(text: string, start: number): Scanned | undefined {
  let at = start
  while (at < text.length) {
    const character = characterAt(text, at)
    if (character !== '.' && !isAtomText(character)) break
    at += character.length
  }
  const value = text.slice(start, at)
  return isDotString(value) ? { value, end: at } : undefined
}

function scanQuoted(text: string, start: number): Scanned | undefined {
  let value = ''
  for (let at = start; at < text.length; ) {
    if (text[at] === QUOTE) return { value, end: at + 1 }
    if (text[at] === BACKSLASH) at += 1
    const character = characterAt(text, at)
    if (!isQuotable(character)) return undefined
    value += character
    at += character.length
  }
  return undefined
}

/** Whether a local part can be written without quotes. */
export function isDotString(local: string): boolean {
  return local.split('.').every((atom) => atom !== '' && Array.from(atom).every(isAtomText))
}

/** Whether a local part can be written at all. */
export function isLocalPart(local: string): boolean {
  return Array.from(local).every(isQuotable)
}

const DOMAIN_END = /[\s,:<>@]/

/** The domain or literal that begins at `at`, canonical. */
export function scanDomain(text: string, at: number): Scanned | undefined {
  const end = text[at] === '[' ? text.indexOf(']', at) + 1 : domainEnd(text, at)
  const value = end > at ? canonicalHost(text.slice(at, end)) : undefined
  return value === undefined ? undefined : { value, end }
}

function domainEnd(text: string, at: number): number {
  const length = text.slice(at).search(DOMAIN_END)
  return length < 0 ? text.length : at + length
}

/** A domain, or an address literal: `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
export function canonicalHost(text: string): string | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return canonicalDomain(text)
  const tagged = /^\[ipv6:/i.test(text)
  const inner = text.slice(tagged ? 6 : 1, -1)
  if (inner.includes(':') !== tagged) return undefined
  const ip = canonicalIp(inner)
  return ip === undefined ? undefined : addressLiteral(ip)
}

/** A canonical IP address as it stands in place of a domain (RFC 5321 section 4.1.3). */
export function addressLiteral(ip: string): string {
  return ip.includes(':') ? `[IPv6:${ip}]` : `[${ip}]`
}
