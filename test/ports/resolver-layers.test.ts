import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DnsAnswer, Resolver } from '../../src/core/ports.ts'
import { boundedResolver } from '../../src/ports/dns/bounded-resolver.ts'
import { cachingResolver } from '../../src/ports/dns/caching-resolver.ts'
import { fakeClock } from '../support/fake-clock.ts'

const NONE: DnsAnswer = { kind: 'none' }
const FAILED: DnsAnswer = { kind: 'failed', because: 'ESERVFAIL' }

/** Answers at once, and remembers what it was asked. */
function counting(answer: DnsAnswer): Resolver & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    resolve: async (name) => {
      asked.push(name)
      return answer
    },
  }
}

/** Answers when told to. */
function held(): Resolver & { readonly waiting: ((answer: DnsAnswer) => void)[] } {
  const waiting: ((answer: DnsAnswer) => void)[] = []
  return { waiting, resolve: () => new Promise((resolve) => waiting.push(resolve)) }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('cachingResolver', () => {
  const options = { milliseconds: 5000, answers: 2, octets: 1000 }

  it('forgets after its time, and when the wall clock jumps back', async () => {
    const clock = fakeClock()
    const inner = counting(NONE)
    const resolver = cachingResolver(inner, clock, options)
    const ask = (): Promise<DnsAnswer> => resolver.resolve('a.example', 'A')
    await ask()
    clock.advance(4999)
    await ask()
    assert.equal(inner.asked.length, 1)
    clock.advance(1)
    await ask()
    assert.equal(inner.asked.length, 2)
    clock.setWall(clock.now() - 3_600_000)
    await ask()
    assert.equal(inner.asked.length, 3)
  })

  it('keeps types apart and ignores case', async () => {
    const inner = counting(NONE)
    const resolver = cachingResolver(inner, fakeClock(), options)
    await resolver.resolve('a.example', 'A')
    await resolver.resolve('A.EXAMPLE', 'A')
    await resolver.resolve('a.example', 'MX')
    assert.equal(inner.asked.length, 2)
  })

  it('lets the least recently used answer go', async () => {
    const inner = counting(NONE)
    const resolver = cachingResolver(inner, fakeClock(), options)
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await resolver.resolve(name, 'A')
    assert.deepEqual(inner.asked, ['a', 'b', 'c', 'b'])
  })

  it('keeps no more octets than it may, whoever wrote the answers', async () => {
    const inner = counting({ kind: 'found', records: ['x'.repeat(300), 'x'.repeat(300)] })
    const resolver = cachingResolver(inner, fakeClock(), { milliseconds: 5000, answers: 100, octets: 1500 })
    for (const name of ['a', 'b', 'b', 'a', 'c', 'a', 'b']) await resolver.resolve(name, 'MX')
    assert.deepEqual(inner.asked, ['a', 'b', 'c', 'b'])
    const small = cachingResolver(inner, fakeClock(), { milliseconds: 5000, answers: 100, octets: 500 })
    for (const name of ['d', 'd']) await small.resolve(name, 'MX')
    assert.deepEqual(inner.asked.slice(4), ['d', 'd'])
  })

  it('shares a failure with those who wait, and does not keep it', async () => {
    const inner = held()
    const resolver = cachingResolver(inner, fakeClock(), options)
    const both = [resolver.resolve('a', 'A'), resolver.resolve('a', 'A')]
    assert.equal(inner.waiting.length, 1)
    inner.waiting[0]?.(FAILED)
    assert.deepEqual(await Promise.all(both), [FAILED, FAILED])
    void resolver.resolve('a', 'A')
    assert.equal(inner.waiting.length, 2)
  })
})

describe('boundedResolver', () => {
  const names = ['a', 'b', 'c', 'd', 'e']

  it('asks no more than so many questions at a time, and each of them in the end', async () => {
    const inner = held()
    const clock = fakeClock()
    const resolver = boundedResolver(inner, { most: 2, milliseconds: 250 }, clock)
    const answers = names.map((name) => resolver.resolve(name, 'A'))
    for (let answered = 0; answered < 5; answered += 1) {
      await turn()
      assert.equal(inner.waiting.length, Math.min(5, answered + 2))
      inner.waiting[answered]?.(answered === 1 ? FAILED : NONE)
    }
    assert.deepEqual(await Promise.all(answers), [NONE, FAILED, NONE, NONE, NONE])
    await turn()
    assert.equal(clock.pending(), 0)
  })

  it('lets nobody wait for long behind names whose servers are silent', async () => {
    const inner = held()
    const clock = fakeClock()
    const resolver = boundedResolver(inner, { most: 2, milliseconds: 250 }, clock)
    const answers = names.map((name) => resolver.resolve(name, 'A'))
    for (const asked of [2, 4, 5]) {
      await turn()
      assert.equal(inner.waiting.length, asked)
      clock.advance(250)
    }
    for (const answer of inner.waiting) answer(NONE)
    assert.deepEqual(await Promise.all(answers), [NONE, NONE, NONE, NONE, NONE])
    assert.equal(clock.pending(), 0)
  })

  it('goes on after a question that throws', async () => {
    const inner: Resolver = {
      resolve: (name) => (name === 'a' ? Promise.reject(new Error('broken')) : Promise.resolve(NONE)),
    }
    const resolver = boundedResolver(inner, { most: 1, milliseconds: 250 }, fakeClock())
    const [broken, fine] = await Promise.allSettled([resolver.resolve('a', 'A'), resolver.resolve('b', 'A')])
    assert.deepEqual([broken?.status, fine?.status], ['rejected', 'fulfilled'])
  })
})
