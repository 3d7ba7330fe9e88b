/** A pool of connections that is made when it is first wanted, and again when that failed. */
interface Closing {
  end(): Promise<void>
}

export class LazyPool<P extends Closing> {
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
