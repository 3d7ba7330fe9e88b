/** What every word does that asks somebody else: phases, limits of time and number, and what is no answer. */
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { describe, test } from 'node:test'
import type { HookContext } from '../../../src/core/context.ts'
import type { Match } from '../../../src/core/word.ts'
import { AUTH_WORDS } from '../../../src/ports/auth/index.ts'
import { type Check, passwordMatcher, userName } from '../../../src/ports/auth/login.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { contextAt } from '../../support/hook-context.ts'
import { fakePorts } from '../../support/smtp-rig.ts'
import { attemptOf } from './asking.ts'

const NEVER: Check = () => assert.fail('the backend must not be asked')
const PLAIN = { password: 'pencil' }

async function ask(check: Check, attempt: Parameters<typeof attemptOf>[0]): Promise<Match> {
  return passwordMatcher(10_000, check)(contextAt('auth', { attempt: attemptOf(attempt) }))
}

describe('a word that can only check passwords', () => {
  test('is a hit for the right one, a miss for a wrong one', async () => {
    assert.equal((await ask(async () => true, PLAIN)).truth, 'hit')
    assert.equal((await ask(async () => false, PLAIN)).truth, 'miss')
  })
  test('hears the name in whole and in parts', async () => {
    const heard: unknown[] = []
    const check: Check = async (login) => heard.push(login) > 0
    await ask(check, PLAIN)
    assert.deepEqual(heard, [{ user: 'ann@example.org', local: 'ann', domain: 'example.org', password: 'pencil' }])
    assert.deepEqual(userName('a@b@c'), { user: 'a@b@c', local: 'a@b', domain: 'c' })
    assert.deepEqual(userName('ann'), { user: 'ann', local: 'ann', domain: undefined })
  })
  for (const [what, attempt] of Object.entries({
    'a look-up': { phase: 'lookup' },
    'a proof': { mechanism: 'SCRAM-SHA-256', provedBy: {} },
    'a token': { mechanism: 'XOAUTH2', token: 'abc' },
    'an empty password': { password: '' },
    'a password with a NUL': { password: 'pen\0cil' },
    'a user with a NUL': { user: 'a\0b', password: 'pencil' },
  } as const))
    test(`${what} is a miss, and nobody is asked`, async () => assert.equal((await ask(NEVER, attempt)).truth, 'miss'))
  test('nobody logging in is unknown, and nobody is asked', async () => {
    const match = await passwordMatcher(10_000, NEVER)(contextAt('mail'))
    assert.deepEqual(match, { truth: 'unknown', because: 'nobody is logging in here' })
  })
  test('a backend that fails is unknown, whatever it throws', async () => {
    const match = await ask(() => Promise.reject(new Error('out of order')), PLAIN)
    assert.deepEqual(match, { truth: 'unknown', because: 'out of order' })
    const thrown = await ask(() => {
      throw new Error('broken')
    }, PLAIN)
    assert.equal(thrown.truth, 'unknown')
  })
  test('a backend that is late is unknown, and told so', async () => {
    const clock = fakeClock()
    let told: AbortSignal | undefined
    const matcher = passwordMatcher(5000, (_, __, signal) => {
      told = signal
      return new Promise(() => undefined)
    })
    const answer = matcher(contextAt('auth', { attempt: attemptOf(PLAIN), ports: fakePorts({ clock }) }))
    await setImmediate()
    clock.advance(4999)
    assert.equal(told?.aborted, false)
    clock.advance(1)
    assert.deepEqual(await answer, { truth: 'unknown', because: 'no answer within 5000 ms' })
    assert.equal(told?.aborted, true)
    assert.equal(clock.pending(), 0)
  })
  test("the end of the rule's own time ends it too", async () => {
    const rule = new AbortController()
    const matcher = passwordMatcher(5000, () => new Promise(() => undefined))
    const answer = matcher(contextAt('auth', { attempt: attemptOf(PLAIN), signal: rule.signal }))
    await setImmediate()
    rule.abort()
    assert.equal((await answer).truth, 'unknown')
  })
})

describe('many logins at once', () => {
  const clock = fakeClock()
  const context = (): HookContext => contextAt('auth', { attempt: attemptOf(PLAIN), ports: fakePorts({ clock }) })

  test('wait for a place, and one that hangs gives its place back', async () => {
    const asked: ((answer: boolean) => void)[] = []
    const matcher = passwordMatcher(5000, () => new Promise((resolve) => asked.push(resolve)))
    const first = Array.from({ length: 20 }, () => matcher(context()))
    await setImmediate()
    clock.advance(4000)
    const last = matcher(context())
    await setImmediate()
    assert.equal(asked.length, 20)
    clock.advance(1000)
    for (const answer of first) assert.equal((await answer).truth, 'unknown')
    await setImmediate()
    assert.equal(asked.length, 21)
    asked[20]?.(true)
    assert.equal((await last).truth, 'hit')
  })
  test('whose time is over while they wait are not asked about any more', async () => {
    const asked: ((answer: boolean) => void)[] = []
    const matcher = passwordMatcher(5000, () => new Promise((resolve) => asked.push(resolve)))
    const all = Array.from({ length: 30 }, () => matcher(context()))
    await setImmediate()
    clock.advance(5000)
    for (const answer of all) assert.equal((await answer).truth, 'unknown')
    await setImmediate()
    assert.equal(asked.length, 20)
  })
})

describe('each word', () => {
  test('has its place in the order of names', () => {
    const names = AUTH_WORDS.map(({ name }) => name)
    assert.deepEqual(names, [...new Set(names)].toSorted())
  })
  for (const word of AUTH_WORDS)
    test(`${word.name} says what it is, where it comes from and what it takes`, () => {
      assert.match(word.name, /^auth_[a-z]+$/)
      assert.match(word.summary, /^[A-Za-z].*[^.]$/)
      assert.ok(word.reference)
      assert.equal(word.stage, 'greeting')
      assert.equal(word.onUnknown, 'defer')
      assert.equal(word.options.additionalProperties, false)
      for (const [name, option] of Object.entries(word.options.properties ?? {}))
        assert.ok(option.description, `${word.name}.${name} has no description`)
    })
})
