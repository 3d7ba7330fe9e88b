/**
 * Responses as they stand on the line (RFC 4954 section 4): strict base64, `*` to give up, `=` for an empty one.
 *
 * Strict (RFC 4648 section 3): no blanks, no other alphabet, padding where it belongs and no stray bits in front of it, so
 * that one response has one spelling.
 */
export type LineResponse =
  | { readonly kind: 'response'; readonly octets: Buffer }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'malformed' }

/** A line that follows a challenge, without its CRLF. */
export function readResponse(line: string): LineResponse {
  return line === '*' ? { kind: 'cancelled' } : responseOf(decodeBase64(line))
}

/** The second argument of AUTH, when there is one. */
export function readInitialResponse(argument: string): LineResponse {
  if (argument === '=') return responseOf(Buffer.alloc(0))
  return argument === '' ? { kind: 'malformed' } : responseOf(decodeBase64(argument))
}

function responseOf(octets: Buffer | undefined): LineResponse {
  return octets ? { kind: 'response', octets } : { kind: 'malformed' }
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Undefined for what is no base64. */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || !BASE64.test(text)) return undefined
  const octets = Buffer.from(text, 'base64')
  return octets.toString('base64') === text ? octets : undefined
}
