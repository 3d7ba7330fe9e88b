/** Octets that have arrived and were not read yet. The session stops the client while there are any it cannot work on. */
import type { MaybePromise } from '../core/truth.ts'

/** Takes octets from the front of what it is given, until there is a step to do. */
export interface Reader<Taken> {
  take(octets: Buffer): Taken
}

export interface Reading<Result> {
  /** Octets taken from the front. */
  readonly used: number
  /** Absent: more is needed. */
  readonly step?: () => MaybePromise<Result>
}

export class InputQueue {
  readonly #chunks: Buffer[] = []

  get isEmpty(): boolean {
    return this.#chunks.length === 0
  }

  push(octets: Buffer): void {
    if (octets.length > 0) this.#chunks.push(octets)
  }

  clear(): void {
    this.#chunks.length = 0
  }

  /** Reads until there is a step to do; undefined when everything was read and more is needed. */
  take<Taken extends Reading<unknown>>(reader: Reader<Taken>): Taken | undefined {
    for (let chunk = this.#chunks.shift(); chunk; chunk = this.#chunks.shift()) {
      const taken = reader.take(chunk)
      if (taken.used < chunk.length) this.#chunks.unshift(chunk.subarray(taken.used))
      if (taken.step) return taken
    }
    return undefined
  }
}
