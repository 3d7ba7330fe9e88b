/**
 * Whether content comes in fast enough: so many octets in each stretch of time, however they are spread over it.
 *
 * A stretch in which the client was told to wait does not count.
 */
import type { Clock } from '../core/ports.ts'

export interface RateOptions {
  readonly clock: Pick<Clock, 'after'>
  /** Octets of each stretch. */
  readonly octets: number
  /** Milliseconds. */
  readonly stretch: number
  /** Called once. */
  readonly tooSlow: () => void
}

export class RateWatch {
  readonly #options: RateOptions
  #heard = 0
  #excused = false
  #cancel: () => void

  constructor(options: RateOptions) {
    this.#options = options
    this.#cancel = this.#begin()
  }

  hear(octets: number): void {
    this.#heard += octets
  }

  /** The client was told to wait. */
  excuse(): void {
    this.#excused = true
  }

  stop(): void {
    this.#cancel()
  }

  #begin(): () => void {
    this.#heard = 0
    this.#excused = false
    return this.#options.clock.after(this.#options.stretch, () => this.#judge())
  }

  #judge(): void {
    if (this.#heard < this.#options.octets && !this.#excused) this.#options.tooSlow()
    else this.#cancel = this.#begin()
  }
}
