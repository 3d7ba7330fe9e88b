/** What sessions of one test remember of each other. Time is the test's: an entry is gone when a step comes later than its end. */
import type { Clock, Store, StoreAnswer } from '../core/ports.ts'

interface Entry {
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly end: number
}

export class MemoryStore {
  readonly #entries = new Map<string, Entry>()

  /** As a session sees it at its time. */
  at({ now }: Pick<Clock, 'now'>): Store {
    return {
      get: async (key) => done(this.#live(key, now())?.value),
      putIfAbsent: async (key, value, milliseconds) => {
        const entry = this.#live(key, now()) ?? { value, end: now() + milliseconds }
        this.#entries.set(key, entry)
        return done(entry.value)
      },
      increment: async (key, by, milliseconds) => {
        const before = this.#live(key, now()) ?? { value: '0', end: now() + milliseconds }
        const sum = Number(before.value) + by
        this.#entries.set(key, { ...before, value: String(sum) })
        return done(sum)
      },
      close: async () => undefined,
    }
  }

  #live(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key)
    return entry && now < entry.end ? entry : undefined
  }
}

function done<T>(value: T): StoreAnswer<T> {
  return { kind: 'done', value }
}
