/** A pool of connections that is made when it is first wanted, and again when that failed. */
import type { Share } from '../shared-links.ts'
import type { DatabaseUse } from './contract.ts'

interface Closing {
  end(): Promise<void>
}

class LazyPool<P extends Closing> {
  readonly #open: () => Promise<P>
  #pool: Promise<P> | undefined

  constructor(open: () => Promise<P>) {
    this.#open = open
  }

  get(): Promise<P> {
    this.#pool ??= this.#open().catch((fault: unknown) => {
      this.#pool = undefined
      throw fault
    })
    return this.#pool
  }

  async close(): Promise<void> {
    const pool = await this.#pool?.catch(() => undefined)
    this.#pool = undefined
    await pool?.end()
  }
}

/** The one pool of this user at this server. */
export function sharedPool<P extends Closing>(
  { links, url, user, timeout, directory, readOnly = false }: DatabaseUse,
  open: () => Promise<P>,
): Share<LazyPool<P>> {
  return links.take(JSON.stringify(['sql', url, user, timeout, directory, readOnly]), () => new LazyPool(open))
}
