/**
 * Packets of the milter protocol out of a stream of octets: four octets of length, one of command, and data.
 *
 * Holds at most one packet within its limit, however the stream is cut; a length is judged before what it announces is
 * waited for. Texts within packets end in NUL, the last one too.
 */
import { OctetStore } from '../../smtp/content/octet-store.ts'

export type PacketEvent =
  | { readonly kind: 'packet'; readonly command: string; readonly data: Buffer }
  | { readonly kind: 'malformed'; readonly because: string }

/** `used` octets were taken from the front; without an event that is all of them. */
export interface PacketProgress {
  readonly used: number
  readonly event?: PacketEvent
}

const LENGTH_OCTETS = 4

export class PacketReader {
  /** Octets of a packet, without its length. */
  readonly #limit: number
  readonly #store = new OctetStore()
  #length: number | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  /** A packet has begun and is not complete. */
  get isPartial(): boolean {
    return this.#length !== undefined || this.#store.length > 0
  }

  /** Not to be called again after `malformed`. */
  read(octets: Buffer): PacketProgress {
    const used = this.#length === undefined ? this.#take(octets, 0, LENGTH_OCTETS) : 0
    if (this.#length === undefined) {
      if (this.#store.length < LENGTH_OCTETS) return { used }
      this.#length = this.#store.head(LENGTH_OCTETS).readUInt32BE()
      this.#store.clear()
    }
    const length = this.#length
    if (length === 0) return malformed(used, 'a packet is empty')
    if (length > this.#limit) return malformed(used, 'a packet is too long')
    const end = this.#take(octets, used, length)
    return this.#store.length < length ? { used: end } : { used: end, event: this.#finish() }
  }

  /** Up to so many octets in the store; answers where it stopped. */
  #take(octets: Buffer, start: number, wanted: number): number {
    const end = Math.min(octets.length, start + wanted - this.#store.length)
    this.#store.append(octets, start, end)
    return end
  }

  #finish(): PacketEvent {
    const packet = Buffer.concat(this.#store.read())
    this.#store.clear()
    this.#length = undefined
    return { kind: 'packet', command: packet.toString('latin1', 0, 1), data: packet.subarray(1) }
  }
}

function malformed(used: number, because: string): PacketProgress {
  return { used, event: { kind: 'malformed', because } }
}

/** One character for each octet. */
export function packet(command: string, data = ''): string {
  const head = Buffer.alloc(LENGTH_OCTETS)
  head.writeUInt32BE(command.length + data.length)
  return `${head.toString('latin1')}${command}${data}`
}

/** Undefined when the last text does not end. */
export function textsIn(data: Buffer): readonly Buffer[] | undefined {
  const texts: Buffer[] = []
  for (let start = 0; start < data.length; ) {
    const end = data.indexOf(0, start)
    if (end < 0) return undefined
    texts.push(data.subarray(start, end))
    start = end + 1
  }
  return texts
}
