/**
 * Commands out of a stream of octets (RFC 5321 section 2.3.8): lines that end in CRLF and in nothing else.
 *
 * A line that is too long is reported once, at its end, so that replies stay in step. Holds at most one line of the
 * permitted length, however the stream is cut.
 */
export type CommandEvent =
  /** Without its CRLF, one character for each octet. */
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'too_long' }
  /** Bare CR, bare LF or NUL: what follows must not be read as commands. */
  | { readonly kind: 'violation' }
  /** Long enough to be no accident. */
  | { readonly kind: 'endless' }

/** `used` octets were taken from the front; without an event that is all of them. */
export interface Progress<Event> {
  readonly used: number
  readonly event?: Event
}

const NUL = 0
const LF = 10
const CR = 13

/** How many times the longest permitted line is read before the client is given up. */
const ENDLESS_FACTOR = 64

export class CommandReader {
  /** Octets of a line, CRLF included. */
  readonly #limit: number
  #text = ''
  #length = 0
  #afterCr = false

  constructor(limit: number) {
    this.#limit = limit
  }

  read(octets: Buffer): Progress<CommandEvent> {
    const end = Math.min(octets.length, this.#limit * ENDLESS_FACTOR - this.#length)
    for (let at = 0; at < end; at += 1) {
      const octet = octets[at]
      if (this.#afterCr) {
        return octet === LF ? this.#finish(octets, at + 1) : { used: at + 1, event: { kind: 'violation' } }
      }
      if (octet === LF || octet === NUL) return { used: at + 1, event: { kind: 'violation' } }
      this.#afterCr = octet === CR
    }
    if (end < octets.length) return { used: end, event: { kind: 'endless' } }
    this.#keep(octets, end)
    return { used: end }
  }

  #keep(octets: Buffer, end: number): void {
    this.#length += end
    this.#text = this.#length > this.#limit ? '' : this.#text + octets.toString('latin1', 0, end)
  }

  #finish(octets: Buffer, used: number): Progress<CommandEvent> {
    this.#keep(octets, used)
    const event: CommandEvent =
      this.#length > this.#limit ? { kind: 'too_long' } : { kind: 'line', text: this.#text.slice(0, -2) }
    this.#text = ''
    this.#length = 0
    this.#afterCr = false
    return { used, event }
  }
}
