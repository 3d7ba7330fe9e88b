/**
 * A store in memory: for one process, and gone with it. Tests give it a clock of their own for each session.
 *
 * Clients choose the keys, so their number has a bound; of more, those that were made first go first.
 */
import type { Clock, Store, StoreAnswer } from '../../core/ports.ts'

interface Entry {
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly until: number
}

const MOST_ENTRIES = 200_000

export class MemoryStore {
  readonly #entries = new Map<string, Entry>()
  readonly #most: number

  constructor(most = MOST_ENTRIES) {
    this.#most = most
  }

  /** As somebody with this clock sees it. */
  at({ now }: Pick<Clock, 'now'>): Store {
    return {
      get: async (key) => done(this.#live(key, now())?.value),
      putIfAbsent: async (key, value, milliseconds) => {
        const before = this.#live(key, now())
        if (!before) this.#add(key, { value, from: now(), until: now() + milliseconds })
        return done(before?.value ?? value)
      },
      increment: async (key, by, milliseconds) => {
        const before = this.#live(key, now())
        const sum = Number(before?.value ?? 0) + by
        if (!Number.isSafeInteger(sum)) return { kind: 'failed', because: 'what stands there is no number' }
        if (before) this.#entries.set(key, { ...before, value: String(sum) })
        else this.#add(key, { value: String(sum), from: now(), until: now() + milliseconds })
        return done(sum)
      },
      close: async () => undefined,
    }
  }

  #live(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key)
    return entry && entry.from <= now && now < entry.until ? entry : undefined
  }

  /** Behind all others, of which the first make room: those that are over, or else the oldest. */
  #add(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    for (const [oldest, { until }] of this.#entries) {
      if (this.#entries.size <= this.#most && until > entry.from) return
      this.#entries.delete(oldest)
    }
  }
}

function done<T>(value: T): StoreAnswer<T> {
  return { kind: 'done', value }
}
