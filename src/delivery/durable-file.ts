/** A file that is whole and on disk before it gets the name that others look for. */
import { open, rename, rm } from 'node:fs/promises'
import type { Octets } from './octets.ts'

export class DurableFile {
  readonly inode: bigint
  #path: string

  private constructor(path: string, inode: bigint) {
    this.#path = path
    this.inode = inode
  }

  /** Resolves when the octets are durable; the name is so when its directory is synced. Leaves nothing when it rejects. */
  static async write(path: string, octets: Octets, mode: number): Promise<DurableFile> {
    const file = await open(path, 'wx', mode)
    try {
      await file.writeFile(octets)
      await file.sync()
      const { ino } = await file.stat({ bigint: true })
      return new DurableFile(path, ino)
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined)
      throw error
    } finally {
      await file.close()
    }
  }

  /** Within the same file system. */
  async rename(path: string): Promise<void> {
    await rename(this.#path, path)
    this.#path = path
  }

  /** Takes it away, whatever its name. Never rejects. */
  withdraw(): Promise<void> {
    return rm(this.#path, { force: true }).catch(() => undefined)
  }
}
