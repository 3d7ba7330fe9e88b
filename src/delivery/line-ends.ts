/**
 * Line ends on the way out: CRLF, or the message does not leave (RFC 5321 section 2.3.8).
 *
 * The server lets no other in; a rule, a plugin or another position of the engine might.
 */
import type { DeliveryOutcome } from '../core/delivery.ts'
import { type Octets, pieces, withLineFeeds } from './octets.ts'

export class BareLineEnd extends Error {
  override readonly name = 'BareLineEnd'
  constructor() {
    super('the message holds a CR or LF that is not part of a CRLF')
  }
}

/** What the client hears of a BareLineEnd. */
export const BARE_LINE_END: DeliveryOutcome = {
  kind: 'refused',
  text: 'Message holds a bare CR or LF',
  status: '5.6.0',
}

const CR = 13
const LF = 10
const NOTHING = Buffer.alloc(0)
const LONE_CR = Buffer.from('\r')

/** In pieces that never part a CR from its LF. Throws BareLineEnd in the middle: what was written so far is no message. */
export async function* strictLines(octets: Octets): AsyncGenerator<Buffer> {
  let held = NOTHING
  for await (const piece of pieces(octets)) {
    const whole = held.length === 0 ? piece : Buffer.concat([held, piece])
    held = whole.at(-1) === CR ? LONE_CR : NOTHING
    const ready = whole.subarray(0, whole.length - held.length)
    if (hasBareLineEnd(ready)) throw new BareLineEnd()
    if (ready.length > 0) yield ready
  }
  if (held.length > 0) throw new BareLineEnd()
}

function hasBareLineEnd(piece: Buffer): boolean {
  for (let at = piece.indexOf(LF); at >= 0; at = piece.indexOf(LF, at + 1)) if (piece[at - 1] !== CR) return true
  for (let at = piece.indexOf(CR); at >= 0; at = piece.indexOf(CR, at + 1)) if (piece[at + 1] !== LF) return true
  return false
}

/** As programs on Unix read it: LF for every CRLF. Throws BareLineEnd in the middle. */
export function unixLines(octets: Octets): AsyncGenerator<Buffer> {
  return withLineFeeds(strictLines(octets))
}
