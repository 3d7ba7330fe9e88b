/**
 * The path of MAIL and RCPT (RFC 5321 section 4.1.2): `<ann@example.org>`, `<>`, `<Postmaster>`,
 * `<@relay.example:ann@example.org>`.
 *
 * Source routes are checked and dropped (RFC 5321 section 3.6.1): the final domain decides. One pass over the text.
 */
import { type Address, mailbox, NULL_SENDER, POSTMASTER } from './address.ts'
import { type Scanned, scanDomain, scanLocal } from './mailbox-scan.ts'

export type ParsedPath =
  | {
      readonly ok: true
      readonly address: Address /** What follows `>`: empty, or begins with a space. */
      readonly rest: string
    }
  /** A sentence fit for the client; holds nothing the client said. */
  | { readonly ok: false; readonly reason: string }

/** RFC 5321 section 4.5.3.1.3, in octets, brackets included. */
const PATH_LENGTH = 256

function fault(reason: string): ParsedPath {
  return { ok: false, reason }
}

/** The text begins with `<`. It was decoded as UTF-8; U+FFFD, which stands for other octets, is refused. */
export function parsePath(text: string, options: { readonly smtputf8: boolean }): ParsedPath {
  if (!text.startsWith('<')) return fault('The address must be in angle brackets')
  const special = parseSpecial(text)
  if (special !== undefined) return special
  const start = skipRoute(text, 1)
  if (start === undefined) return fault('The source route is malformed')
  const local = scanLocal(text, start)
  if (local === undefined || text[local.end] !== '@') return fault('The local part is malformed')
  const domain = scanDomain(text, local.end + 1)
  if (domain === undefined || text[domain.end] !== '>') return fault('The domain is malformed')
  return finish(text, local, domain, options)
}

function finish(text: string, local: Scanned, domain: Scanned, options: { readonly smtputf8: boolean }): ParsedPath {
  const path = text.slice(0, domain.end + 1)
  const octets = Buffer.byteLength(path)
  if (octets !== path.length && !options.smtputf8) return fault('An address beyond ASCII needs SMTPUTF8')
  if (octets > PATH_LENGTH) return fault(`The path is longer than ${PATH_LENGTH} octets`)
  const address = mailbox(local.value, domain.value)
  return address === undefined ? fault('The local part is too long') : accept(address, text, path.length)
}

function accept(address: Address, text: string, end: number): ParsedPath {
  const rest = text.slice(end)
  return rest === '' || rest.startsWith(' ') ? { ok: true, address, rest } : fault('Unexpected text after the address')
}

const BARE_POSTMASTER = '<postmaster>'

function parseSpecial(text: string): ParsedPath | undefined {
  if (text.startsWith('<>')) return accept(NULL_SENDER, text, 2)
  const length = BARE_POSTMASTER.length
  return text.slice(0, length).toLowerCase() === BARE_POSTMASTER ? accept(POSTMASTER, text, length) : undefined
}

/** Where the mailbox begins after `@one,@two:`; undefined for a malformed route. */
function skipRoute(text: string, start: number): number | undefined {
  let at = start
  while (text[at] === '@') {
    const domain = scanDomain(text, at + 1)
    if (domain === undefined) return undefined
    if (text[domain.end] === ':') return domain.end + 1
    if (text[domain.end] !== ',' || text[domain.end + 1] !== '@') return undefined
    at = domain.end + 1
  }
  return at
}
