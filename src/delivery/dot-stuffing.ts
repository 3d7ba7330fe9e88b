/**
 * The content of a message as it stands between 354 and its end (RFC 5321 section 4.5.2), without the last dot.
 *
 * Runs after every other change to the message. No bare CR or LF gets through, so the next server can see only one end.
 */
import { strictLines } from './line-ends.ts'
import type { Octets } from './octets.ts'

const LF = 10
const DOT = 46
const ONE_DOT = Buffer.from('.')
const CRLF = Buffer.from('\r\n')

/** Ends in CRLF. Throws BareLineEnd in the middle: the caller must then close the connection without a last dot. */
export async function* stuffed(octets: Octets): AsyncGenerator<Buffer> {
  let atLineStart = true
  for await (const piece of strictLines(octets)) {
    yield stuffPiece(piece, atLineStart)
    atLineStart = piece.at(-1) === LF
  }
  if (!atLineStart) yield CRLF
}

function stuffPiece(piece: Buffer, atLineStart: boolean): Buffer {
  const parts: Buffer[] = atLineStart && piece[0] === DOT ? [ONE_DOT] : []
  let start = 0
  for (let at = piece.indexOf('\n.'); at >= 0; at = piece.indexOf('\n.', at + 1)) {
    parts.push(piece.subarray(start, at + 1), ONE_DOT)
    start = at + 1
  }
  return parts.length === 0 ? piece : Buffer.concat([...parts, piece.subarray(start)])
}
