/**
 * The body of a message as it comes in: its beginning in memory, the rest in a spool file when there is much of it.
 *
 * Octets are taken at once and written out in blocks, while the client waits. Where there is no room on disk, `flush`
 * rejects and the body is of no use any more.
 */
import type { BodySource } from '../../core/mail/message.ts'
import type { SpoolFile, SpoolRoom } from '../../core/ports.ts'
import { OctetStore } from './octet-store.ts'

const BLOCK = 65536

export class ContentBody implements BodySource {
  readonly #room: Pick<SpoolRoom, 'store'> | undefined
  readonly #threshold: number
  readonly #memory = new OctetStore()
  /** What follows and is not in the file yet. */
  readonly #waiting = new OctetStore()
  #file: SpoolFile | undefined
  #written = 0

  /** Without a room everything stays in memory. `threshold` octets do in any case. */
  constructor(room: Pick<SpoolRoom, 'store'> | undefined, threshold: number) {
    this.#room = room
    this.#threshold = threshold
  }

  get length(): number {
    return this.#memory.length + this.#written + this.#waiting.length
  }

  append(octets: Buffer, start: number, end: number): void {
    const room = this.#room ? Math.max(0, this.#threshold - this.#memory.length) : end - start
    const middle = Math.min(end, start + room)
    this.#memory.append(octets, start, middle)
    this.#waiting.append(octets, middle, end)
  }

  clear(): void {
    this.#memory.clear()
    this.#waiting.clear()
    this.#written = 0
  }

  /** Whether it is time to `flush`. */
  get isFull(): boolean {
    return this.#waiting.length >= BLOCK
  }

  /** Moves to the file what waits. Nothing may be appended meanwhile. */
  async flush(): Promise<void> {
    if (!this.#room) return
    this.#file ??= await this.#room.store()
    await this.#file.append(Buffer.concat(this.#waiting.read()))
    this.#written += this.#waiting.length
    this.#waiting.clear()
  }

  read(): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
    return this.#file ? this.#readAll(this.#file) : [...this.#memory.read(), ...this.#waiting.read()]
  }

  head(octets: number): Buffer {
    return this.#memory.head(octets)
  }

  async *#readAll(file: SpoolFile): AsyncGenerator<Uint8Array> {
    yield* this.#memory.read()
    yield* file.read()
    yield* this.#waiting.read()
  }
}
