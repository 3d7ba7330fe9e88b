/**
 * What a client sends before it is its turn: before the greeting (RFC 5321 section 3.1), or between DATA and 354.
 *
 * Policy may ask whether there is any. Who speaks before the greeting and was not asked about is refused.
 */
import type { EarlyInput } from '../core/ports.ts'
import type { Pause, Pauses } from './pauses.ts'

export class EarlyEar implements EarlyInput {
  readonly #pauses: Pauses
  readonly #inputWaits: () => boolean
  readonly #listening = new Set<Pause>()
  #asked = false

  constructor(pauses: Pauses, inputWaits: () => boolean) {
    this.#pauses = pauses
    this.#inputWaits = inputWaits
  }

  /** The client has spoken, and no rule has an opinion of that. */
  get isUnasked(): boolean {
    return !this.#asked && this.#inputWaits()
  }

  async within(milliseconds: number): Promise<boolean> {
    this.#asked = true
    if (this.#inputWaits()) return true
    const pause = this.#pauses.start(milliseconds)
    this.#listening.add(pause)
    await pause.over
    this.#listening.delete(pause)
    return this.#inputWaits()
  }

  /** Something has come in. */
  heard(): void {
    for (const pause of this.#listening) pause.end()
  }
}
