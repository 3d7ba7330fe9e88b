/**
 * Remembers answers for a moment, and asks equal questions that are under way once.
 *
 * Failures are shared by those who wait for them and then forgotten. The least recently used answers go first. Names and
 * answers are the client's choice, so both their number and their octets have a bound.
 */
import type { Clock, DnsAnswer, Resolver } from '../core/ports.ts'

export interface CacheOptions {
  readonly milliseconds: number
  /** The most answers kept. */
  readonly answers: number
  /** The most octets kept, names included. */
  readonly octets: number
}

interface Remembered {
  readonly answer: DnsAnswer
  readonly at: number
  readonly octets: number
}

export function cachingResolver(inner: Resolver, clock: Clock, options: CacheOptions): Resolver {
  const underway = new Map<string, Promise<DnsAnswer>>()
  const answers = new Answers(clock, options)
  return {
    async resolve(name, type) {
      const key = `${type} ${name.toLowerCase()}`
      const known = answers.recall(key) ?? underway.get(key)
      if (known !== undefined) return known
      const question = inner.resolve(name, type).finally(() => underway.delete(key))
      underway.set(key, question)
      const answer = await question
      answers.remember(key, answer)
      return answer
    },
  }
}

/** In the order they were asked for, so the first is the one to forget. */
class Answers {
  readonly #clock: Clock
  readonly #options: CacheOptions
  readonly #all = new Map<string, Remembered>()
  #octets = 0

  constructor(clock: Clock, options: CacheOptions) {
    this.#clock = clock
    this.#options = options
  }

  recall(key: string): DnsAnswer | undefined {
    const remembered = this.#take(key)
    if (remembered === undefined) return undefined
    const age = this.#clock.now() - remembered.at
    if (age < 0 || age >= this.#options.milliseconds) return undefined
    this.#put(key, remembered)
    return remembered.answer
  }

  remember(key: string, answer: DnsAnswer): void {
    if (answer.kind === 'failed') return
    this.#put(key, { answer, at: this.#clock.now(), octets: octetsIn(key, answer) })
    for (const oldest of this.#all.keys()) {
      if (this.#all.size <= this.#options.answers && this.#octets <= this.#options.octets) return
      this.#take(oldest)
    }
  }

  #put(key: string, remembered: Remembered): void {
    this.#take(key)
    this.#all.set(key, remembered)
    this.#octets += remembered.octets
  }

  #take(key: string): Remembered | undefined {
    const remembered = this.#all.get(key)
    if (remembered === undefined) return undefined
    this.#all.delete(key)
    this.#octets -= remembered.octets
    return remembered
  }
}

function octetsIn(key: string, answer: DnsAnswer): number {
  const records = answer.kind === 'found' ? answer.records : []
  return records.reduce((sum, record) => sum + record.length, key.length)
}
