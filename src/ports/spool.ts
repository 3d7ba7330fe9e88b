/**
 * Spool files: content that is too big for memory, and temporary files of plugins. Nobody else can read them.
 *
 * Each process has a directory of its own, made when it is first needed. Content loses its name as soon as its file is
 * open, so that nothing is left of it whatever happens to the process; what plugins were given goes at the end of the
 * transaction. What a process left behind that died is taken away when the next one starts: one machine, one directory.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, lstat, mkdir, mkdtemp, open, readdir, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log, Spool, SpoolFile, SpoolRoom } from '../core/ports.ts'
import { errorCode, reasonOf } from '../core/reason.ts'
import type { MaybePromise } from '../core/truth.ts'

export interface OpenSpool extends Spool {
  /** Resolves when what others left behind is gone, as far as it may be taken away. */
  readonly cleaned: Promise<void>
  /** Takes the directory of this process away. */
  close(): Promise<void>
}

/** Makes nothing yet, so that a directory that cannot be written to costs messages that are too big, and no others. */
export function openSpool(directory: string, log: Log): OpenSpool {
  const place = new Place(directory)
  const complain = (fault: unknown): void =>
    log.write('warn', { directory, because: reasonOf(fault) }, 'a spool file cannot be taken away')
  return {
    cleaned: clean(directory).catch(complain),
    begin: () => new Room(place, complain),
    close: () => place.remove().catch(complain),
  }
}

/** The directory of this process. */
class Place {
  readonly #base: string
  #made: Promise<string> | undefined

  constructor(base: string) {
    this.#base = base
  }

  /** Does something in it; once more when somebody has taken it away meanwhile. */
  async use<T>(work: (directory: string) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#directory())
    } catch (fault) {
      if (!isMissing(fault)) throw fault
      this.#made = undefined
      return work(await this.#directory())
    }
  }

  async remove(): Promise<void> {
    const made = this.#made
    this.#made = undefined
    if (made) await rm(await made, { recursive: true, force: true })
  }

  #directory(): Promise<string> {
    this.#made ??= make(this.#base).catch((fault: unknown) => {
      this.#made = undefined
      throw fault
    })
    return this.#made
  }
}

const PREFIX = 'postern-'

/** mkdtemp: a name that nobody can foresee, and mode 0700. */
async function make(base: string): Promise<string> {
  await mkdir(base, { recursive: true, mode: 0o700 })
  return mkdtemp(join(base, `${PREFIX}${process.pid}-`))
}

function isMissing(fault: unknown): boolean {
  return errorCode(fault) === 'ENOENT'
}

class Room implements SpoolRoom {
  readonly #place: Place
  readonly #complain: (fault: unknown) => void
  readonly #leftovers: (() => Promise<void>)[] = []
  #ended = false

  constructor(place: Place, complain: (fault: unknown) => void) {
    this.#place = place
    this.#complain = complain
  }

  async store(): Promise<SpoolFile> {
    const handle = await this.#open(async (path) => {
      const opened = await open(path, 'wx+', 0o600)
      await unlink(path)
      return opened
    })
    this.#keep(() => handle.close())
    return new NamelessFile(handle)
  }

  async file(): Promise<string> {
    const path = await this.#open(async (name) => {
      await (await open(name, 'wx', 0o600)).close()
      return name
    })
    this.#keep(() => rm(path, { force: true }))
    return path
  }

  async directory(): Promise<string> {
    const path = await this.#open(async (name) => {
      await mkdir(name, { mode: 0o700 })
      return name
    })
    this.#keep(() => rm(path, { recursive: true, force: true }))
    return path
  }

  end(): MaybePromise<void> {
    this.#ended = true
    if (this.#leftovers.length === 0) return undefined
    const removals = this.#leftovers.splice(0).map((remove) => remove().catch(this.#complain))
    return Promise.all(removals).then(() => undefined)
  }

  #open<T>(make: (path: string) => Promise<T>): Promise<T> {
    if (this.#ended) return Promise.reject(new Error('the transaction is over'))
    return this.#place.use((directory) => make(join(directory, randomBytes(8).toString('hex'))))
  }

  /** What was made too late goes at once. */
  #keep(remove: () => Promise<void>): void {
    if (this.#ended) remove().catch(this.#complain)
    else this.#leftovers.push(remove)
  }
}

const BLOCK = 65536

class NamelessFile implements SpoolFile {
  readonly #handle: FileHandle
  #length = 0

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async append(octets: Uint8Array): Promise<void> {
    await this.#handle.appendFile(octets)
    this.#length += octets.length
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.#length; ) {
      const block = Buffer.allocUnsafe(Math.min(BLOCK, this.#length - at))
      const { bytesRead } = await this.#handle.read(block, 0, block.length, at)
      if (bytesRead === 0) throw new Error('a spool file is shorter than what was written to it')
      yield block.subarray(0, bytesRead)
      at += bytesRead
    }
  }
}

/** Directories of processes that are no more. Others' directories are left alone. */
async function clean(base: string): Promise<void> {
  const names = await readdir(base).catch((): string[] => [])
  for (const name of names) {
    const [, pid] = /^postern-(\d+)-\w{6}$/.exec(name) ?? []
    const path = join(base, name)
    if (pid !== undefined && !isAlive(Number(pid)) && (await isOurs(path)))
      await rm(path, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (fault) {
    return errorCode(fault) !== 'ESRCH'
  }
}

async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path)
  return found.isDirectory() && found.uid === process.getuid?.()
}
