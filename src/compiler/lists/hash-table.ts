/**
 * A hash table from keys to entry numbers that holds neither keys nor objects.
 *
 * It keeps each key's hash; whether an entry really has the key, the caller finds out from the entry itself. That makes
 * some 16 octets an entry where a Map with its strings takes 80 and more.
 */
const EMPTY = 0
const MOST_FULL = 3 / 4

export class HashTable {
  /** Pairs: hash, entry number plus one. Open addressing with linear probing, at most three quarters full. */
  #slots: Uint32Array
  #count = 0

  /** `expected` keys fit without growing, which for millions of keys would take a while. */
  constructor(expected = 0) {
    this.#slots = new Uint32Array(2 * 2 ** Math.max(4, Math.ceil(Math.log2((expected + 1) / MOST_FULL))))
  }

  /** The entry number of a key with this hash for which `isSame` holds, or -1. */
  find(hash: number, isSame: (entry: number) => boolean): number {
    const slots = this.#slots
    const mask = slots.length / 2 - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot * 2 + 1] ?? EMPTY
      if (entry === EMPTY) return -1
      if (slots[slot * 2] === hash && isSame(entry - 1)) return entry - 1
    }
  }

  /** For a key that is not there yet. */
  add(hash: number, entry: number): void {
    if (this.#count >= (this.#slots.length / 2) * MOST_FULL) this.#grow()
    put(this.#slots, hash, entry + 1)
    this.#count += 1
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(old.length * 2)
    for (let at = 0; at < old.length; at += 2) {
      const entry = old[at + 1] ?? EMPTY
      if (entry !== EMPTY) put(this.#slots, old[at] ?? 0, entry)
    }
  }
}

function put(slots: Uint32Array, hash: number, entry: number): void {
  const mask = slots.length / 2 - 1
  let slot = hash & mask
  while (slots[slot * 2 + 1] !== EMPTY) slot = (slot + 1) & mask
  slots[slot * 2] = hash
  slots[slot * 2 + 1] = entry
}

const SEED = 0x811c9dc5

/** Spreads 32 bits over all 32: the finisher of MurmurHash3. */
function spread(bits: number): number {
  let hash = bits
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

export function hashText(text: string): number {
  let hash = SEED
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return spread(hash)
}

/** Order counts. Each number is taken modulo 2^32. */
export function hashNumbers(...numbers: readonly number[]): number {
  let hash = SEED
  for (const number of numbers) hash = spread(hash ^ number)
  return hash
}
