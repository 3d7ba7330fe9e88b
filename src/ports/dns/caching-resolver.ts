/**
 * Remembers answers for a moment, and asks equal questions that are under way once.
 *
 * Failures are shared by those who wait for them and then forgotten.
 */
import type { Clock, DnsAnswer, Resolver } from '../../core/ports.ts'
import { AnswerCache, type CacheBounds } from '../answer-cache.ts'

export function cachingResolver(inner: Resolver, clock: Clock, bounds: CacheBounds): Resolver {
  const underway = new Map<string, Promise<DnsAnswer>>()
  const answers = new AnswerCache<DnsAnswer>(clock, bounds)
  return {
    async resolve(name, type) {
      const key = `${type} ${name.toLowerCase()}`
      const known = answers.recall(key) ?? underway.get(key)
      if (known !== undefined) return known
      const question = inner.resolve(name, type).finally(() => underway.delete(key))
      underway.set(key, question)
      const answer = await question
      if (answer.kind !== 'failed') answers.remember(key, answer, octetsIn(answer))
      return answer
    },
  }
}

function octetsIn(answer: DnsAnswer): number {
  const records = answer.kind === 'found' ? answer.records : []
  return records.reduce((sum, record) => sum + record.length, 0)
}
