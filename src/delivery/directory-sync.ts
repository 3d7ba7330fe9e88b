/**
 * Makes new names in a directory durable (fsync of the directory), for many deliveries at once.
 *
 * A sync that has begun may have missed a name that was made since; the next one has not. So at most one sync of a
 * directory runs, one waits, and everybody who comes in the meantime waits for that one.
 */
import { open } from 'node:fs/promises'

export class DirectorySync {
  readonly #running = new Map<string, Promise<void>>()
  readonly #next = new Map<string, Promise<void>>()

  /** Resolves when every name made before the call is durable. */
  sync(directory: string): Promise<void> {
    const joined = this.#next.get(directory)
    if (joined !== undefined) return joined
    const next = this.#begin(directory, this.#running.get(directory))
    this.#next.set(directory, next)
    return next
  }

  async #begin(directory: string, before: Promise<void> | undefined): Promise<void> {
    // Goes on after `sync` has noted the promise, also when nothing runs.
    await before?.catch(() => undefined)
    const running = syncDirectory(directory)
    this.#next.delete(directory)
    this.#running.set(directory, running)
    try {
      await running
    } finally {
      if (this.#running.get(directory) === running) this.#running.delete(directory)
    }
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
