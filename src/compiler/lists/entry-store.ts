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

/** How much there will be at most, so that nothing has to grow. */
export interface Expected {
  readonly entries: number
  readonly octets: number
}

/** What was set aside and not used is given back when it is more than this part of it. */
const WORTH_GIVING_BACK = 0.25

/** Numbers below 2^32, growing. */
class Numbers {
  #values: Uint32Array
  #count = 0

  constructor(expected: number) {
    this.#values = new Uint32Array(Math.max(32, expected))
  }

  push(value: number): void {
    if (this.#count === this.#values.length) this.#resize(this.#count * 2)
    this.#values[this.#count] = value
    this.#count += 1
  }

  at(index: number): number {
    return this.#values[index] ?? 0
  }

  seal(): void {
    if (isWorthGivingBack(this.#count, this.#values.length)) this.#resize(this.#count)
  }

  #resize(length: number): void {
    const values = new Uint32Array(length)
    values.set(this.#values.subarray(0, this.#count))
    this.#values = values
  }
}

export class EntryStore {
  readonly #source: string
  #octets: Buffer
  #used = 0
  #size = 0
  /** Two for each entry: where its text ends, where its rest ends. */
  readonly #ends: Numbers
  /** 0 for an entry whose place is in `#places`. */
  readonly #lines: Numbers
  readonly #places = new Map<number, string>()

  constructor(source: string, { entries, octets }: Expected = { entries: 0, octets: 0 }) {
    this.#source = source
    this.#octets = Buffer.allocUnsafeSlow(Math.max(1024, octets))
    this.#ends = new Numbers(entries * 2)
    this.#lines = new Numbers(entries)
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
    const octets = Buffer.allocUnsafeSlow(length)
    this.#octets.copy(octets, 0, 0, this.#used)
    this.#octets = octets
  }

  /** Gives back what was set aside for more entries. */
  seal(): void {
    if (isWorthGivingBack(this.#used, this.#octets.length)) this.#resize(this.#used)
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

function isWorthGivingBack(used: number, length: number): boolean {
  return used < length * (1 - WORTH_GIVING_BACK)
}

/** 0 for a place that is not `source:line`. */
function lineIn(at: string, source: string): number {
  if (at[source.length] !== ':' || !at.startsWith(source)) return 0
  const digits = at.slice(source.length + 1)
  const line = Number(digits)
  return Number.isInteger(line) && line < 2 ** 32 && String(line) === digits ? line : 0
}
