/** A spool of memory, which may have little room. */
import type { Spool, SpoolFile, SpoolRoom } from '../../src/core/ports.ts'

export interface FakeSpool extends Spool {
  /** Octets in files that are there. */
  stored(): number
  /** Files and directories that are there. */
  files(): number
  /** Octets it has room for. */
  room: number
}

export interface FakeSpoolOptions {
  readonly room?: number
  /** Writing takes until then. */
  readonly slow?: Promise<void>
}

export function fakeSpool(options: FakeSpoolOptions = {}): FakeSpool {
  const files = new Set<{ octets: Buffer }>()
  const stored = (): number => [...files].reduce((sum, { octets }) => sum + octets.length, 0)
  const spool: FakeSpool = {
    room: options.room ?? Infinity,
    stored,
    files: () => files.size,
    begin: () => new Room(spool, files, options.slow),
  }
  return spool
}

class Room implements SpoolRoom {
  readonly #spool: FakeSpool
  readonly #all: Set<{ octets: Buffer }>
  readonly #slow: Promise<void> | undefined
  readonly #own: { octets: Buffer }[] = []

  constructor(spool: FakeSpool, all: Set<{ octets: Buffer }>, slow: Promise<void> | undefined) {
    this.#slow = slow
    this.#spool = spool
    this.#all = all
  }

  async store(): Promise<SpoolFile> {
    const file = this.#make()
    return {
      append: async (octets) => {
        await this.#slow
        if (this.#spool.stored() + octets.length > this.#spool.room) throw new Error('ENOSPC: no space left on device')
        file.octets = Buffer.concat([file.octets, octets])
      },
      async *read() {
        yield file.octets
      },
    }
  }

  async file(): Promise<string> {
    this.#make()
    return '/spool/file'
  }

  async directory(): Promise<string> {
    this.#make()
    return '/spool/directory'
  }

  async end(): Promise<void> {
    for (const file of this.#own) this.#all.delete(file)
  }

  #make(): { octets: Buffer } {
    const file = { octets: Buffer.alloc(0) }
    this.#all.add(file)
    this.#own.push(file)
    return file
  }
}
