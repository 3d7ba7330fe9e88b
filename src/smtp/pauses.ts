/** Times a client is kept waiting. When the session ends, nobody waits any more. */
import type { Clock } from '../core/ports.ts'
import type { MaybePromise } from '../core/truth.ts'

export class Pauses {
  readonly #clock: Pick<Clock, 'after'>
  /** Ends each pause that is under way. */
  readonly #running = new Set<() => void>()
  #ended = false

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  wait(milliseconds: number): MaybePromise<void> {
    if (milliseconds <= 0 || this.#ended) return undefined
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel()
        this.#running.delete(finish)
        resolve()
      }
      const cancel = this.#clock.after(milliseconds, finish)
      this.#running.add(finish)
    })
  }

  end(): void {
    this.#ended = true
    for (const finish of this.#running) finish()
  }
}
