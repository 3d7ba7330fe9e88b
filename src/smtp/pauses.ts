/** Times a client is kept waiting. When the session ends, nobody waits any more. */
import type { Clock } from '../core/ports.ts'
import type { MaybePromise } from '../core/truth.ts'

export interface Pause {
  readonly over: MaybePromise<void>
  /** Nobody waits for it any more. */
  end(): void
}

const NONE: Pause = { over: undefined, end: () => undefined }

export class Pauses {
  readonly #clock: Pick<Clock, 'after'>
  readonly #running = new Set<Pause>()
  #ended = false

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  start(milliseconds: number): Pause {
    if (milliseconds <= 0 || this.#ended) return NONE
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#clock.after(milliseconds, () => pause.end())
    const pause: Pause = {
      over: promise,
      end: () => {
        cancel()
        this.#running.delete(pause)
        resolve()
      },
    }
    this.#running.add(pause)
    return pause
  }

  wait(milliseconds: number): MaybePromise<void> {
    return this.start(milliseconds).over
  }

  end(): void {
    this.#ended = true
    for (const pause of this.#running) pause.end()
  }
}
