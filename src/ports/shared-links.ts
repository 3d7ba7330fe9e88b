/** Connections that several lists share: one for each server and user, closed when the last list that has it is. */
export interface Closable {
  close(): Promise<void>
}

export interface Share<T> {
  readonly link: T
  release(): Promise<void>
}

interface Shared {
  readonly link: Closable
  users: number
}

export class SharedLinks {
  readonly #links = new Map<string, Shared>()

  /** `key` says everything that the link depends on, its kind included: who gives the same gets the same. */
  take<T extends Closable>(key: string, open: () => T): Share<T> {
    const known = this.#links.get(key)
    const link = (known?.link as T | undefined) ?? open()
    const shared = known ?? { link, users: 0 }
    this.#links.set(key, shared)
    shared.users += 1
    return { link, release: () => this.#leave(key, shared) }
  }

  async #leave(key: string, shared: Shared): Promise<void> {
    shared.users -= 1
    if (shared.users > 0) return
    this.#links.delete(key)
    await shared.link.close()
  }
}
