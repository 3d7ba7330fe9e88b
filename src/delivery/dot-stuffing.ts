/**
 * The content of a message as it stands between 354 and its end (RFC 5321 section 4.5.2), without the last dot.
 *
 * Runs after every other change to the message. No bare CR or LF gets through, so the next server can see only one end.
 */
import { type Octets, pieces } from './octets.ts'

export class BareLineEnd extends Error {
  override readonly name = 'BareLineEnd'
  constructor() {
    super('the message holds a CR or LF that is not part of a CRLF')
  }
}

const CR = 13
const LF = 10
const DOT = 46
const NOTHING = Buffer.alloc(0)
const LONE_CR = Buffer.from('\r')
const DOTS = Buffer.from('.')
const CRLF = Buffer.from('\r\n')

/** Ends in CRLF. Throws BareLineEnd in the middle: the caller must then close the connection without a last dot. */
export async function* stuffed(octets: Octets): AsyncGenerator<Buffer> {
  let previous = LF
  let held = NOTHING
  for await (const piece of pieces(octets)) {
    const whole = held.length === 0 ? piece : Buffer.concat([held, piece])
    // A CR waits for what follows it, so that none leaves alone.
    held = whole.at(-1) === CR ? LONE_CR : NOTHING
    const ready = whole.subarray(0, whole.length - held.length)
    if (ready.length > 0) yield stuffPiece(ready, previous)
    previous = ready.at(-1) ?? previous
  }
  if (held.length > 0) throw new BareLineEnd()
  if (previous !== LF) yield CRLF
}

/** `before` is the octet before the piece; the start of the message counts as the start of a line. */
function stuffPiece(piece: Buffer, before: number): Buffer {
  const parts: Buffer[] = []
  let previous = before
  let start = 0
  for (let at = 0; at < piece.length; at += 1) {
    const octet = piece[at] ?? 0
    if ((previous === CR) !== (octet === LF)) throw new BareLineEnd()
    if (octet === DOT && previous === LF) {
      parts.push(piece.subarray(start, at), DOTS)
      start = at
    }
    previous = octet
  }
  return parts.length === 0 ? piece : Buffer.concat([...parts, piece.subarray(start)])
}
