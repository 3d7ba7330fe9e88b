/**
 * Remembers answers for a moment, and asks equal questions that are under way once.
 *
 * Failures are shared by those who wait for them and then forgotten. The least recently used answers go first.
 */
import type { Clock, DnsAnswer, Resolver } from '../core/ports.ts'

export interface CacheOptions {
  readonly milliseconds: number
  /** The most answers kept. */
  readonly answers: number
}

interface Remembered {
  readonly answer: DnsAnswer
  readonly at: number
}

export function cachingResolver(inner: Resolver, clock: Clock, options: CacheOptions): Resolver {
  const underway = new Map<string, Promise<DnsAnswer>>()
  const cache = new Map<string, Remembered>()

  const recall = (key: string): DnsAnswer | undefined => {
    const remembered = cache.get(key)
    if (remembered === undefined) return undefined
    cache.delete(key)
    const age = clock.now() - remembered.at
    if (age < 0 || age >= options.milliseconds) return undefined
    cache.set(key, remembered)
    return remembered.answer
  }

  const remember = (key: string, answer: DnsAnswer): void => {
    if (answer.kind === 'failed') return
    cache.set(key, { answer, at: clock.now() })
    const oldest = cache.size > options.answers ? cache.keys().next() : undefined
    if (oldest !== undefined && !oldest.done) cache.delete(oldest.value)
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
