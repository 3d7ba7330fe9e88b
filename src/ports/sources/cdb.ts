/**
 * `cdb:FILE`. A file that takes its place (cdb tools rename a finished one over it) is seen within a second; look-ups
 * under way end with the one they began with.
 */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Clock } from '../../core/ports.ts'
import { CdbFile } from './cdb-file.ts'
import type { Asking, Driver } from './driver.ts'

/** Milliseconds between two looks whether it is still the same file. */
const LOOK = 1000

export const cdbDriver: Driver = {
  parameters: [],
  read({ place, directory }) {
    const path = resolve(directory, place)
    return ({ clock }) => new Cdb(path, clock)
  },
}

interface OpenFile {
  readonly file: CdbFile
  readonly mark: string
  users: number
  isOld: boolean
}

class Cdb implements Asking {
  readonly #path: string
  readonly #clock: Pick<Clock, 'now'>
  #open: Promise<OpenFile> | undefined
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(path: string, clock: Pick<Clock, 'now'>) {
    this.#path = path
    this.#clock = clock
  }

  async ask(key: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const open = await this.#current()
    open.users += 1
    try {
      const value = await open.file.find(Buffer.from(key), signal)
      return value && [value.toString('utf8')]
    } finally {
      open.users -= 1
      await closeUnused(open)
    }
  }

  async close(): Promise<void> {
    const open = await this.#open?.catch(() => undefined)
    this.#open = undefined
    if (open) await retire(open)
  }

  #current(): Promise<OpenFile> {
    const age = this.#clock.now() - this.#lookedAt
    if (this.#open && age >= 0 && age < LOOK) return this.#open
    this.#lookedAt = this.#clock.now()
    const next = this.#reopened(this.#open)
    this.#open = next
    next.catch(() => {
      if (this.#open === next) this.#open = undefined
    })
    return next
  }

  /** The same one when it is still the file of that name. */
  async #reopened(before: Promise<OpenFile> | undefined): Promise<OpenFile> {
    const old = await before?.catch(() => undefined)
    try {
      const mark = await markOf(this.#path)
      if (old?.mark === mark) return old
      const file = await CdbFile.open(this.#path)
      if (old) await retire(old)
      return { file, mark, users: 0, isOld: false }
    } catch (fault) {
      if (old) await retire(old)
      throw fault
    }
  }
}

async function markOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true })
  return [dev, ino, size, mtimeNs].join(' ')
}

async function retire(open: OpenFile): Promise<void> {
  open.isOld = true
  await closeUnused(open)
}

async function closeUnused(open: OpenFile): Promise<void> {
  if (open.isOld && open.users === 0) await open.file.close()
}
