/**
 * What a process has open towards the world: one of each, however many rules name it, and however often the site is loaded
 * again.
 *
 * After a reload those that no rule names any more are closed when nobody has asked for a while: sessions that began before
 * finish on the rules they began with.
 */
import type { Clock } from '../core/ports.ts'

/** Milliseconds without a question after which what is not wanted any more is closed. */
const GRACE = 60_000

interface Named {
  readonly id: string
}

interface Closable {
  close(): Promise<void>
}

interface Open<T> {
  readonly opened: T
  asked: number
  cancel: (() => void) | undefined
}

export class OpenPool<Spec extends Named, T extends Closable> {
  readonly #clock: Pick<Clock, 'after'>
  readonly #openOne: (spec: Spec) => T
  readonly #open = new Map<string, Open<T>>()
  #wanted: ReadonlySet<string> = new Set()

  /** `open` may throw. */
  constructor(clock: Pick<Clock, 'after'>, open: (spec: Spec) => T) {
    this.#clock = clock
    this.#openOne = open
  }

  /** Opens it if it is not. Throws what opening throws, and rejects as `work` does. */
  async with<A>(spec: Spec, work: (opened: T) => Promise<A>): Promise<A> {
    const open = this.#get(spec)
    open.asked += 1
    try {
      return await work(open.opened)
    } finally {
      open.asked -= 1
      this.#retire(spec.id)
    }
  }

  /** What the rules name from now on; `soon` are opened at once, if they can be. */
  use(specs: readonly Spec[], soon: readonly Spec[] = []): void {
    this.#wanted = new Set(specs.map(({ id }) => id))
    for (const spec of soon) this.#tryOpen(spec)
    for (const id of this.#open.keys()) this.#retire(id)
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size
  }

  async close(): Promise<void> {
    const all = [...this.#open.keys()]
    await Promise.all(all.map((id) => this.#close(id)))
  }

  #tryOpen(spec: Spec): void {
    try {
      this.#get(spec)
    } catch {
      // Whoever asks is told why.
    }
  }

  #get(spec: Spec): Open<T> {
    const known = this.#open.get(spec.id)
    if (known) return known
    const open = { opened: this.#openOne(spec), asked: 0, cancel: undefined }
    this.#open.set(spec.id, open)
    return open
  }

  /** In a while, unless it is wanted or asked until then. */
  #retire(id: string): void {
    const open = this.#open.get(id)
    if (!open) return
    open.cancel?.()
    open.cancel = undefined
    if (this.#wanted.has(id) || open.asked > 0) return
    open.cancel = this.#clock.after(GRACE, () => {
      if (open.asked === 0) void this.#close(id)
    })
  }

  async #close(id: string): Promise<void> {
    const open = this.#open.get(id)
    this.#open.delete(id)
    open?.cancel?.()
    await open?.opened.close()
  }
}
