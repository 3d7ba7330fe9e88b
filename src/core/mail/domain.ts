/**
 * Domain names in one spelling: lower-case A-labels, no trailing dot (RFC 1035 section 2.3.3, RFC 5890, UTS 46).
 *
 * Labels hold letters, digits, hyphens inside, and underscores: RFC 5321 has no underscore, DNS and many hosts' names do.
 * What looks like an IPv4 address to anybody (last label all digits) is no domain.
 */
import { domainToASCII } from 'node:url'

const NAME_LENGTH = 253
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const ALL_DIGITS = /^[0-9]+$/
/** Before mapping a domain can be longer than after: a U-label may hold characters that map to nothing. */
const WRITTEN_LENGTH = 1024

/** Undefined for what is no domain name, or cannot be written in A-labels. */
export function canonicalDomain(text: string): string | undefined {
  if (text.length > WRITTEN_LENGTH) return undefined
  const ascii = toAscii(text)
  const name = ascii?.endsWith('.') ? ascii.slice(0, -1) : ascii
  return name !== undefined && isName(name) ? name : undefined
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) return false
  return true
}

/** `domainToASCII` parses hosts of URLs: it decodes `%41` and cuts at `/`, so no ASCII beyond that of names gets there. */
function toAscii(text: string): string | undefined {
  if (isAscii(text)) return text.toLowerCase()
  if (!/^[A-Za-z0-9_.\u0080-\uffff-]+$/.test(text)) return undefined
  return domainToASCII(text)
}

function isName(name: string): boolean {
  if (name === '' || name.length > NAME_LENGTH) return false
  const labels = name.split('.')
  return labels.every((label) => LABEL.test(label)) && !ALL_DIGITS.test(labels.at(-1) ?? '')
}

/** Whether the name is below the parent, label by label; no name is below itself. Both canonical. */
export function isSubdomainOf(name: string, parent: string): boolean {
  return name.length > parent.length && name.endsWith(parent) && name[name.length - parent.length - 1] === '.'
}

/** `b.c` and `c` for `a.b.c`: what a set of domains is asked for, nearest first. */
export function* parentDomains(name: string): Generator<string> {
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) yield name.slice(dot + 1)
}
