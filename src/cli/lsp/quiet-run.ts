/** Runs something again after changes: once it is quiet, one run at a time, the last change always seen. */
import type { Clock } from '../../core/ports.ts'

/** Milliseconds between the last key stroke and a run. */
const QUIET = 10

export class QuietRun {
  readonly #clock: Pick<Clock, 'after'>
  readonly #run: () => Promise<void>
  #cancel: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()

  /** `run` must not reject. */
  constructor(clock: Pick<Clock, 'after'>, run: () => Promise<void>) {
    this.#clock = clock
    this.#run = run
  }

  change(): void {
    this.#cancel?.()
    this.#cancel = this.#clock.after(QUIET, () => this.#start())
  }

  /** When everything so far has been seen. */
  async settled(): Promise<void> {
    if (this.#cancel) {
      this.#cancel()
      this.#start()
    }
    await this.#running
  }

  #start(): void {
    this.#cancel = undefined
    this.#running = this.#running.then(this.#run)
  }
}
