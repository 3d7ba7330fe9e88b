/** All rules of a hook together have a time: however many wait for an answer that never comes, the client is told. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Rule } from '../../src/core/program.ts'
import type { OnUnknown } from '../../src/core/truth.ts'
import { verdict } from '../../src/core/verdict.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { immediate } from '../support/immediate.ts'
import { answer, DEADLINE, now, program, rule, type Situation, situation } from './situation.ts'

const TOGETHER = 2500

/** Rules of one plugin each, so that all are asked. */
function decide(rules: readonly Rule[], { at }: Situation): Outcome | Promise<Outcome> {
  const plugins = Object.fromEntries(rules.map((one, index) => [`p${index}`, [one]]))
  const options = { deadline: DEADLINE, hookDeadline: TOGETHER, trace: true }
  return createDispatcher(program({ rcpt: plugins }), options)(at('rcpt'))
}

function silent(onUnknown: OnUnknown = 'skip'): Rule {
  return rule('silent', { test: () => new Promise(() => undefined), onUnknown })
}

/** Moves the clock by one millisecond at a time, and says how many it took. */
async function timeUntil<T>(promise: T | Promise<T>, { clock }: Situation): Promise<{ value: T; took: number }> {
  let done = false
  const settled = Promise.resolve(promise).finally(() => (done = true))
  for (let took = 0; ; took += 1) {
    for (let turn = 0; turn < 5; turn += 1) {
      await immediate()
      clock.advance(0)
    }
    if (done) return { value: await settled, took }
    clock.advance(1)
  }
}

describe('the time of a hook', () => {
  it('is for all its rules together: who is left when it is up is unknown', async () => {
    const house = situation()
    const { value, took } = await timeUntil(
      decide([silent(), silent(), silent(), silent(), silent('defer')], house),
      house,
    )
    assert.equal(took, TOGETHER)
    assert.equal(value.verdict.code, 'DENYSOFT')
    assert.deepEqual(
      value.trace?.map(({ note }) => note),
      [
        'no answer within 1000 ms',
        'no answer within 1000 ms',
        ...Array<string>(3).fill('no time left: all rules of a hook have 2500 ms together'),
      ],
    )
    assert.equal(house.clock.pending(), 0)
  })

  it('does not keep rules that need not wait from answering', async () => {
    const house = situation()
    const late = rule('late', { test: async () => 'hit' as const, act: answer(verdict('DENY', 'late')) })
    const { value } = await timeUntil(decide([silent(), silent(), silent(), late], house), house)
    assert.equal(value.verdict.message, 'late')
  })

  it('tells the handler that waits when it is up', async () => {
    const house = situation()
    let told = false
    const last = rule('last', {
      test: ({ signal }) =>
        new Promise<never>(() => signal?.addEventListener('abort', () => (told = true), { once: true })),
    })
    await timeUntil(decide([silent(), silent(), last], house), house)
    assert.ok(told)
  })

  it('does not cut off a delivery', async () => {
    const house = situation()
    const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<Rule['act']>>>()
    const delivery = rule('deliver', { act: () => promise, boundsItself: true })
    const deciding = decide([silent(), delivery], house)
    house.clock.advance(DEADLINE)
    await immediate()
    house.clock.advance(10 * TOGETHER)
    resolve({ effects: [], verdict: verdict('OK') })
    assert.equal((await deciding).verdict.code, 'OK')
    assert.equal(house.clock.pending(), 0)
  })

  it('is not even measured while nobody waits', () => {
    const house = situation()
    now(decide([rule('quick', { act: answer(verdict('OK')) })], house))
    assert.equal(house.clock.pending(), 0)
  })
})
