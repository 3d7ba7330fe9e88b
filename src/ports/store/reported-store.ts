/**
 * A store whose silence is in the log: one that is away, full or read-only makes words unknown, and whoever looks after it has
 * to hear of that. Clients choose how often it is asked, so there is a line a minute at most, without the key.
 */
import type { Clock, Log, Store, StoreAnswer } from '../../core/ports.ts'

export interface StoreReport {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** Which store it is, without what may be secret. */
  readonly shown: string
}

/** Milliseconds between two lines. */
const PAUSE = 60_000

export function reportedStore(store: Store, { clock, log, shown }: StoreReport): Store {
  let [saidAt, times] = [Number.NEGATIVE_INFINITY, 0]
  const heard = <T>(answer: StoreAnswer<T>): StoreAnswer<T> => {
    if (answer.kind !== 'failed') return answer
    times += 1
    if (Math.abs(clock.now() - saidAt) < PAUSE) return answer
    log.write('error', { store: shown, because: answer.because, times }, 'the store does not answer')
    saidAt = clock.now()
    times = 0
    return answer
  }
  return {
    get: async (key) => heard(await store.get(key)),
    putIfAbsent: async (key, value, milliseconds) => heard(await store.putIfAbsent(key, value, milliseconds)),
    increment: async (key, by, milliseconds) => heard(await store.increment(key, by, milliseconds)),
    close: () => store.close(),
  }
}
