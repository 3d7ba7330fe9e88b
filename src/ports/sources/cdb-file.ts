/**
 * Constant databases (https://cr.yp.to/cdb/cdb.txt), as `cdb -c`, `cdbmake` and qmail's tools make them.
 *
 * A file of at most 4 GiB: 256 pointers to hash tables, records, the tables. A look-up reads two or three small pieces.
 * Numbers in a file that is no database, or a damaged one, lead to a fault and never round and round.
 */
import { type FileHandle, open } from 'node:fs/promises'

const POINTERS = 256
const HEADER_OCTETS = POINTERS * 8
/** Slots read at a time: most chains are shorter. */
const SLOTS = 16
const LARGEST_VALUE = 64 * 1024

/** D. J. Bernstein's hash, 32 bits. */
export function cdbHash(key: Buffer): number {
  let hash = 5381
  for (const octet of key) hash = (Math.imul(hash, 33) ^ octet) >>> 0
  return hash
}

export class CdbFile {
  readonly #file: FileHandle
  readonly #header: Buffer

  private constructor(file: FileHandle, header: Buffer) {
    this.#file = file
    this.#header = header
  }

  /** Rejects with what `open` says, or when the file is too short to be one. */
  static async open(path: string): Promise<CdbFile> {
    const file = await open(path, 'r')
    try {
      return new CdbFile(file, await piece(file, 0, HEADER_OCTETS))
    } catch (fault) {
      await file.close()
      throw fault
    }
  }

  /**
   * The first value; undefined when the key is not there. Rejects with a plain sentence for a damaged file, and when aborted:
   * a damaged one may have a chain of gibibytes.
   */
  async find(key: Buffer, signal?: AbortSignal): Promise<Buffer | undefined> {
    const hash = cdbHash(key)
    const pointer = (hash % POINTERS) * 8
    const [table, slots] = [this.#header.readUInt32LE(pointer), this.#header.readUInt32LE(pointer + 4)]
    let slot = slots === 0 ? 0 : (hash >>> 8) % slots
    for (let left = slots; left > 0; ) {
      signal?.throwIfAborted()
      const count = Math.min(SLOTS, slots - slot, left)
      const octets = await piece(this.#file, table + slot * 8, count * 8)
      for (let at = 0; at < octets.length; at += 8) {
        const record = octets.readUInt32LE(at + 4)
        if (record === 0) return undefined
        const value = octets.readUInt32LE(at) === hash ? await this.#valueAt(record, key) : undefined
        if (value) return value
      }
      left -= count
      slot = (slot + count) % slots
    }
    return undefined
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #valueAt(record: number, key: Buffer): Promise<Buffer | undefined> {
    const head = await piece(this.#file, record, 8)
    const [keyLength, valueLength] = [head.readUInt32LE(0), head.readUInt32LE(4)]
    if (keyLength !== key.length) return undefined
    const written = await piece(this.#file, record + 8, keyLength)
    if (!written.equals(key)) return undefined
    if (valueLength > LARGEST_VALUE) throw new Error(`a value has more than ${LARGEST_VALUE} octets`)
    return piece(this.#file, record + 8 + keyLength, valueLength)
  }
}

/** All of it, or nothing: a file that ends before is damaged. */
async function piece(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
  if (bytesRead < length) throw new Error('the file is no constant database, or is damaged')
  return buffer
}
