/**
 * Entries of a list in a few flat arrays: ten million of them are text, not ten million objects.
 *
 * An entry costs its own octets and twelve more. Places of the form `source:line` are kept as the line number.
 */
import type { ListEntry } from '../../core/list.ts'

export interface RawEntry {
  readonly text: string
  /** What follows the white space behind it; `''` when nothing does. */
  readonly rest: string
}

/** Numbers below 2^32, growing. */
class Numbers {
  #values = new Uint32Array(32)
  #count = 0

  push(value: number): void {
    if (this.#count === this.#values.length) this.#resize(this.#count * 2)
    this.#values[this.#count] = value
    this.#count += 1
  }

  at(index: number): number {
    return this.#values[index] ?? 0
  }

  seal(): void {
    this.#resize(this.#count)
  }

  #resize(length: number): void {
    const values = new Uint32Array(length)
    values.set(this.#values.subarray(0, this.#count))
    this.#values = values
  }
}

export class EntryStore {
  readonly #source: string
  #octets = Buffer.alloc(1024)
  #used = 0
  #size = 0
  /** Two for each entry: where its text ends, where its rest ends. */
  readonly #ends = new Numbers()
  /** 0 for an entry whose place is in `#places`. */
  readonly #lines = new Numbers()
  readonly #places = new Map<number, string>()

  constructor(source: string) {
    this.#source = source
  }

  get size(): number {
    return this.#size
  }

  /** Answers with the entry's index. */
  add({ text, rest }: RawEntry, at: string): number {
    this.#write(text)
    this.#write(rest)
    const line = lineIn(at, this.#source)
    if (line === 0) this.#places.set(this.#size, at)
    this.#lines.push(line)
    this.#size += 1
    return this.#size - 1
  }

  #write(text: string): void {
    const most = this.#used + text.length * 3
    if (most > this.#octets.length) this.#resize(Math.max(most, this.#octets.length * 2))
    this.#used += this.#octets.write(text, this.#used)
    this.#ends.push(this.#used)
  }

  #resize(length: number): void {
    const octets = Buffer.alloc(length)
    this.#octets.copy(octets, 0, 0, this.#used)
    this.#octets = octets
  }

  /** Gives back what was set aside for more entries. */
  seal(): void {
    this.#resize(this.#used)
    this.#ends.seal()
    this.#lines.seal()
  }

  raw(index: number): RawEntry {
    const start = index === 0 ? 0 : this.#ends.at(index * 2 - 1)
    const middle = this.#ends.at(index * 2)
    const end = this.#ends.at(index * 2 + 1)
    return { text: this.#octets.toString('utf8', start, middle), rest: this.#octets.toString('utf8', middle, end) }
  }

  entry(index: number): ListEntry {
    const { text, rest } = this.raw(index)
    const at = this.#places.get(index) ?? `${this.#source}:${this.#lines.at(index)}`
    return { text, reason: rest === '' ? undefined : rest, at }
  }

  *entries(): Generator<ListEntry> {
    for (let index = 0; index < this.#size; index += 1) yield this.entry(index)
  }
}

/** 0 for a place that is not `source:line`. */
function lineIn(at: string, source: string): number {
  if (at[source.length] !== ':' || !at.startsWith(source)) return 0
  const digits = at.slice(source.length + 1)
  const line = Number(digits)
  return Number.isInteger(line) && line < 2 ** 32 && String(line) === digits ? line : 0
}
