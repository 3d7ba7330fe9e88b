/** Octets that have arrived and were not read yet. The session stops the client while there are any it cannot work on. */
import type { Mode, Taken } from './answer.ts'

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
  take(mode: Mode): Taken | undefined {
    for (let chunk = this.#chunks.shift(); chunk; chunk = this.#chunks.shift()) {
      const taken = mode.take(chunk)
      if (taken.used < chunk.length) this.#chunks.unshift(chunk.subarray(taken.used))
      if (taken.step) return taken
    }
    return undefined
  }
}
