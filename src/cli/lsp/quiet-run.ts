/** Runs something again after changes: once it is quiet, one run at a time, the last change always seen. */
import type { Clock } from '../../core/ports.ts'

export class QuietRun {
  readonly #clock: Pick<Clock, 'after'>
  readonly #quiet: number
  readonly #run: () => Promise<void>
  #cancel: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()

  /** `quiet`: milliseconds between the last change and a run. `run` must not reject. */
  constructor(clock: Pick<Clock, 'after'>, quiet: number, run: () => Promise<void>) {
    this.#clock = clock
    this.#quiet = quiet
    this.#run = run
  }

  change(): void {
    this.#cancel?.()
    this.#cancel = this.#clock.after(this.#quiet, () => this.#start())
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
