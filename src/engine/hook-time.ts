/**
 * The time of one hook: that of each rule, and that of all its rules together.
 *
 * Ten lists that do not answer must not cost ten times the patience for one: the client would be gone, and would come again
 * for the same. Rules are asked one after the other, so one waits at a time. What need not wait is asked as ever.
 */
import type { Clock } from '../core/ports.ts'

export class HookTime {
  readonly #clock: Pick<Clock, 'after'>
  readonly #together: number | undefined
  #cancel: (() => void) | undefined
  #waiting: ((because: string) => void) | undefined
  #isOver = false

  /** `together` in milliseconds; without it each rule has its own time and no more. */
  constructor(clock: Pick<Clock, 'after'>, together: number | undefined) {
    this.#clock = clock
    this.#together = together
  }

  /** Calls back once, with the reason, when so many milliseconds have gone by or the hook's time is up. The answer cancels it. */
  after(milliseconds: number, expire: (because: string) => void): () => void {
    this.#start()
    // What is there already is in time all the same: its turn comes before a timer's.
    const cancel = this.#clock.after(this.#isOver ? 0 : milliseconds, () =>
      expire(this.#isOver ? this.#noneLeft() : `no answer within ${milliseconds} ms`),
    )
    const stop = (): void => {
      cancel()
      this.#waiting = undefined
    }
    this.#waiting = (because) => {
      stop()
      expire(because)
    }
    return stop
  }

  /** The hook has been decided. */
  end(): void {
    this.#cancel?.()
  }

  /** From the first rule that waits: those before it took no time. */
  #start(): void {
    if (this.#together === undefined) return
    this.#cancel ??= this.#clock.after(this.#together, () => {
      this.#isOver = true
      this.#waiting?.(this.#noneLeft())
    })
  }

  #noneLeft(): string {
    return `no time left: all rules of a hook have ${this.#together} ms together`
  }
}
