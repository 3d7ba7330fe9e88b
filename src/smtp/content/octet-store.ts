/**
 * Octets of a message as they come in: copied into blocks of its own, so that a client that sends one octet at a time
 * costs no more memory than what it sent.
 */
import type { BodySource } from '../../core/mail/message.ts'

const SMALLEST_BLOCK = 1024
const LARGEST_BLOCK = 65536

export class OctetStore implements BodySource {
  readonly #blocks: Buffer[] = []
  /** Octets of the last block that are in use. */
  #filled = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  append(octets: Buffer, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const block = this.#blockWithRoom(end - at)
      const copied = octets.copy(block, this.#filled, at, end)
      this.#filled += copied
      this.#length += copied
      at += copied
    }
  }

  clear(): void {
    this.#blocks.length = 0
    this.#filled = 0
    this.#length = 0
  }

  read(): readonly Buffer[] {
    return this.#blocks.map((block, index) =>
      index === this.#blocks.length - 1 ? block.subarray(0, this.#filled) : block,
    )
  }

  head(octets: number): Buffer {
    const wanted = Math.min(octets, this.#length)
    const [first, ...others] = this.read()
    if (first === undefined || others.length === 0 || first.length >= wanted) {
      return (first ?? Buffer.alloc(0)).subarray(0, wanted)
    }
    return Buffer.concat([first, ...others], wanted)
  }

  /** Blocks grow with what is stored, so that many small messages stay small. */
  #blockWithRoom(octets: number): Buffer {
    const last = this.#blocks.at(-1)
    if (last && this.#filled < last.length) return last
    const size = Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, octets, this.#length))
    const block = Buffer.allocUnsafeSlow(size)
    this.#blocks.push(block)
    this.#filled = 0
    return block
  }
}
