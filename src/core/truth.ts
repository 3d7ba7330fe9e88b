/**
 * Three truth values and Kleene's connectives.
 *
 * *unknown* is "I could not find out" (a time-out, SERVFAIL, a list that is not loaded). It is never turned into an
 * answer here: only a rule's `on_unknown` does that.
 */
const TRUTHS = ['hit', 'miss', 'unknown'] as const
export type Truth = (typeof TRUTHS)[number]

/** What an unknown condition means for its rule: treat as miss, answer DENYSOFT, or treat as hit. */
export const ON_UNKNOWN = ['skip', 'defer', 'match'] as const
export type OnUnknown = (typeof ON_UNKNOWN)[number]

export type MaybePromise<T> = T | Promise<T>

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise
}

/** Goes on with the value now if it is here, later if it is not. Keeps synchronous chains synchronous. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value)
}

export function isTruth(value: unknown): value is Truth {
  return TRUTHS.some((truth) => truth === value)
}

export function truthOf(value: boolean): Truth {
  return value ? 'hit' : 'miss'
}

export function not(truth: Truth): Truth {
  return truth === 'unknown' ? 'unknown' : truth === 'hit' ? 'miss' : 'hit'
}

/** A value that should be there and could not be found out, and why. It is not the same as a value that is absent. */
export class Unknown {
  readonly because: string
  constructor(because: string) {
    this.because = because
  }
}

/** What a word or handler found out that threw or rejected with this. */
export function unknownFrom(fault: unknown): Unknown {
  return new Unknown(fault instanceof Error ? `${fault.name}: ${fault.message}` : 'failed without saying why')
}
