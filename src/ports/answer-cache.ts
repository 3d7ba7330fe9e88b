/**
 * Answers that are remembered for a moment. The least recently used go first: questions and answers are the client's choice,
 * so both their number and their octets have a bound.
 */
import type { Clock } from '../core/ports.ts'

export interface CacheBounds {
  readonly milliseconds: number
  /** The most answers kept. */
  readonly answers: number
  /** The most octets kept, questions included. */
  readonly octets: number
}

interface Remembered<Answer> {
  readonly answer: Answer
  readonly at: number
  readonly octets: number
}

/** In the order they were asked for, so the first is the one to forget. */
export class AnswerCache<Answer> {
  readonly #clock: Pick<Clock, 'now'>
  readonly #bounds: CacheBounds
  readonly #all = new Map<string, Remembered<Answer>>()
  #octets = 0

  constructor(clock: Pick<Clock, 'now'>, bounds: CacheBounds) {
    this.#clock = clock
    this.#bounds = bounds
  }

  recall(key: string): Answer | undefined {
    const remembered = this.#take(key)
    if (remembered === undefined) return undefined
    const age = this.#clock.now() - remembered.at
    if (age < 0 || age >= this.#bounds.milliseconds) return undefined
    this.#put(key, remembered)
    return remembered.answer
  }

  /** `octets`: of the answer, about. */
  remember(key: string, answer: Answer, octets: number): void {
    this.#put(key, { answer, at: this.#clock.now(), octets: key.length + octets })
    for (const oldest of this.#all.keys()) {
      if (this.#all.size <= this.#bounds.answers && this.#octets <= this.#bounds.octets) return
      this.#take(oldest)
    }
  }

  #put(key: string, remembered: Remembered<Answer>): void {
    this.#take(key)
    this.#all.set(key, remembered)
    this.#octets += remembered.octets
  }

  #take(key: string): Remembered<Answer> | undefined {
    const remembered = this.#all.get(key)
    if (remembered === undefined) return undefined
    this.#all.delete(key)
    this.#octets -= remembered.octets
    return remembered
  }
}
