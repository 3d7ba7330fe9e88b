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
  const cache = new Map<string, Remembered>()
  let octets = 0

  const take = (key: string): Remembered | undefined => {
    const remembered = cache.get(key)
    if (remembered === undefined) return undefined
    cache.delete(key)
    octets -= remembered.octets
    return remembered
  }

  const put = (key: string, remembered: Remembered): void => {
    take(key)
    cache.set(key, remembered)
    octets += remembered.octets
  }

  const recall = (key: string): DnsAnswer | undefined => {
    const remembered = take(key)
    if (remembered === undefined) return undefined
    const age = clock.now() - remembered.at
    if (age < 0 || age >= options.milliseconds) return undefined
    put(key, remembered)
    return remembered.answer
  }

  const remember = (key: string, answer: DnsAnswer): void => {
    if (answer.kind === 'failed') return
    put(key, { answer, at: clock.now(), octets: octetsIn(key, answer) })
    for (const oldest of cache.keys()) {
      if (cache.size <= options.answers && octets <= options.octets) return
      take(oldest)
    }
  }

  return {
    async resolve(name, type) {
      const key = `${type} ${name.toLowerCase()}`
      const known = recall(key) ?? underway.get(key)
      if (known !== undefined) return known
      const question = inner.resolve(name, type).finally(() => underway.delete(key))
      underway.set(key, question)
      const answer = await question
      remember(key, answer)
      return answer
    },
  }
}

function octetsIn(key: string, answer: DnsAnswer): number {
  const records = answer.kind === 'found' ? answer.records : []
  return records.reduce((sum, record) => sum + record.length, key.length)
}
