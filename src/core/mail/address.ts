/**
 * Mail addresses (RFC 5321 section 4.1.2). The null sender and the bare postmaster are kinds, not special texts.
 *
 * Addresses are made by `parsePath`, `parseMailbox` and `mailbox` only, so rules and targets never see one that is not
 * canonical, and writing one out cannot bring a line end or a control character along.
 */
import { canonicalHost, isDotString, isLocalPart, scanDomain, scanLocal } from './mailbox-scan.ts'

export interface Mailbox {
  readonly kind: 'mailbox'
  /** Unquoted local part, case kept. */
  readonly local: string
  /** Lower-case A-labels without a trailing dot, or a literal in brackets in canonical form. */
  readonly domain: string
}

export type Address = { readonly kind: 'null' } | { readonly kind: 'postmaster' } | Mailbox

export const NULL_SENDER: Address = { kind: 'null' }
export const POSTMASTER: Address = { kind: 'postmaster' }

/** RFC 5321 section 4.5.3.1.1, in octets, quotes included. */
const LOCAL_PART_LENGTH = 64

/** From an unquoted local part and a domain or literal; undefined when they make no address. */
export function mailbox(local: string, domain: string): Mailbox | undefined {
  const host = canonicalHost(domain)
  if (host === undefined || !isLocalPart(local)) return undefined
  if (Buffer.byteLength(writtenLocal(local)) > LOCAL_PART_LENGTH) return undefined
  return { kind: 'mailbox', local, domain: host }
}

/** `user@host` as in list files and YAML, without brackets; the local part may be quoted. */
export function parseMailbox(text: string): Mailbox | undefined {
  const local = scanLocal(text, 0)
  if (local === undefined || text[local.end] !== '@') return undefined
  const domain = scanDomain(text, local.end + 1)
  return domain?.end === text.length ? mailbox(local.value, domain.value) : undefined
}

/** With brackets, as commands want it: `<ann@example.org>`, `<"a b"@example.org>`, `<postmaster>`, `<>`. */
export function formatAddress(address: Address): string {
  return `<${addressText(address)}>`
}

/** Without brackets: `ann@example.org`, `postmaster`, and `''` for the null sender. */
export function addressText(address: Address): string {
  if (address.kind === 'null') return ''
  if (address.kind === 'postmaster') return 'postmaster'
  return `${writtenLocal(address.local)}@${address.domain}`
}

function writtenLocal(local: string): string {
  return isDotString(local) ? local : `"${local.replace(/["\\]/g, '\\$&')}"`
}

/** Equal for addresses that are the same to rules: the case and the Unicode form of the local part do not count. */
export function addressKey(address: Address): string {
  return address.kind === 'mailbox' ? `${localKey(address.local)}@${address.domain}` : addressText(address)
}

/** The local part as `addressKey` has it. */
export function localKey(local: string): string {
  return local.toLowerCase().normalize('NFC')
}

/** `ann+news` at `+` is user `ann`, detail `news`. A separator at the start does not separate. */
export function splitDetail(local: string, separator: string): { user: string; detail: string | undefined } {
  const at = separator === '' ? -1 : local.indexOf(separator)
  if (at <= 0) return { user: local, detail: undefined }
  return { user: local.slice(0, at), detail: local.slice(at + separator.length) }
}
