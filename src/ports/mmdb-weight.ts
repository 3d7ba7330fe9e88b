/**
 * Weighs what is decoded of a database in MaxMind's format (MaxMind DB 2.0, "Data Section"), before a library does it.
 *
 * A damaged one, two kilobytes long, can ask for gigabytes: by arrays in each other that claim sixteen million items
 * each, or that point to one another. So what stands behind a pointer is weighed each time it is pointed at.
 */

/**
 * `record`: values and their octets in one record; those of cities have about 1,500. `depth`: how deep its parts lie in
 * each other.
 */
export const MMDB_BOUNDS = { record: 100_000, depth: 100 } as const

const [EXTENDED, POINTER, MAP, ARRAY, BOOLEAN] = [0, 1, 7, 11, 14]

/** Where pointers of one size begin to count. */
const POINTERS = [0, 2048, 526_336, 0]

/** Octets behind the control byte that say a size, and what is added to them. */
const SIZES: Readonly<Record<number, { readonly octets: number; readonly from: number }>> = {
  29: { octets: 1, from: 29 },
  30: { octets: 2, from: 285 },
  31: { octets: 3, from: 65_821 },
}

/** Throws when the value at `offset` is too heavy, or leaves the file. `base`: where offsets of pointers begin. */
export function weigh(database: Buffer, offset: number, base: number): void {
  new Scales(database, base).value(offset, 0)
}

class Scales {
  readonly #database: Buffer
  readonly #base: number
  #left: number = MMDB_BOUNDS.record

  constructor(database: Buffer, base: number) {
    this.#database = database
    this.#base = base
  }

  /** Answers with the offset behind it. */
  value(offset: number, depth: number): number {
    this.#add(1)
    if (depth > MMDB_BOUNDS.depth) throw new Error('a record is too deep')
    const control = this.#database.readUInt8(offset)
    const type = control >> 5
    if (type === POINTER) return this.#pointer(control, offset + 1, depth)
    if (type === EXTENDED) return this.#sized(7 + this.#database.readUInt8(offset + 1), control, offset + 2, depth)
    return this.#sized(type, control, offset + 1, depth)
  }

  #pointer(control: number, offset: number, depth: number): number {
    const size = (control >> 3) & 3
    const octets = this.#database.readUIntBE(offset, size + 1)
    const high = size === 3 ? 0 : (control & 7) * 256 ** (size + 1)
    this.value(this.#base + (POINTERS[size] ?? 0) + high + octets, depth + 1)
    return offset + size + 1
  }

  #sized(type: number, control: number, from: number, depth: number): number {
    const small = control & 0x1f
    const more = SIZES[small]
    const size = more ? more.from + this.#database.readUIntBE(from, more.octets) : small
    const offset = from + (more?.octets ?? 0)
    if (type === BOOLEAN) return offset
    if (type === MAP || type === ARRAY) return this.#parts(type === MAP ? size * 2 : size, offset, depth)
    this.#add(size)
    return offset + size
  }

  #parts(count: number, from: number, depth: number): number {
    if (count > this.#left) throw tooHeavy()
    let offset = from
    for (let left = count; left > 0; left -= 1) offset = this.value(offset, depth + 1)
    return offset
  }

  #add(weight: number): void {
    this.#left -= weight
    if (this.#left < 0) throw tooHeavy()
  }
}

function tooHeavy(): Error {
  return new Error('a record is too large')
}
