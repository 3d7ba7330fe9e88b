/** What handlers may say about the settings of a session and about a recipient's policy, and when. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Effect } from '../../src/core/effect.ts'
import type { Hook } from '../../src/core/hook.ts'
import { noPolicy } from '../../src/core/policy.ts'
import type { SessionConfig } from '../../src/core/session.ts'
import { newRecipient } from '../../src/core/session.ts'
import { applyEffect, isEffect } from '../../src/engine/effects.ts'
import { address } from '../support/address.ts'
import { contextAt } from '../support/hook-context.ts'

const config = (name: keyof SessionConfig, value: string | number | boolean): Effect => ({
  kind: 'set_config',
  name,
  value,
})

describe('a setting of the session', () => {
  for (const effect of [
    config('hostname', 'mx.example.net'),
    config('greeting', 'Hello'),
    config('message_size', 70_000),
    config('command_timeout', 60),
  ])
    it(`may be ${JSON.stringify(effect)}`, () => assert.equal(isEffect(effect), true))

  for (const effect of [
    config('hostname', 'mx..example'),
    config('hostname', 'mx.example\r\n250 OK'),
    config('hostname', 5),
    config('greeting', true),
    config('message_size', 100),
    config('message_size', 70_000.5),
    config('message_size', 'all'),
    config('command_timeout', 0),
    config('command_timeout', Number.NaN),
    config('__proto__' as keyof SessionConfig, 'x'),
  ])
    it(`cannot be ${JSON.stringify(effect)}`, () => assert.equal(isEffect(effect), false))

  const settingsAfter = (hook: Hook): SessionConfig | undefined => {
    const context = contextAt(hook)
    applyEffect(config('greeting', 'Hello'), context, 'house')
    return context.connection.config
  }

  it('holds from config on', () => assert.deepEqual(settingsAfter('config'), { greeting: 'Hello' }))
  it('is settled after that', () => assert.deepEqual(settingsAfter('connect'), {}))
})

describe('a setting of a policy', () => {
  it('is that of the recipient in question', () => {
    const recipients = ['x@example.org', 'y@example.org'].map((text) =>
      Object.assign(newRecipient(address(text)), { policy: noPolicy() }),
    )
    const [recipient] = recipients
    applyEffect({ kind: 'set_policy', name: 'limit', value: 3 }, contextAt('user_config', { recipient }), 'house')
    assert.deepEqual(
      recipients.map(({ policy }) => [...policy.settings]),
      [[['limit', 3]], []],
    )
  })

  it('is a text, a number or true or false', () => {
    const value = (made: unknown): Effect => ({ kind: 'set_policy', name: 'limit', value: made as string })
    assert.deepEqual(
      ['x', 1, true, undefined, null, {}].map((one) => isEffect(value(one))),
      [true, true, true, false, false, false],
    )
  })
})

describe('immune', () => {
  it('at rcpt is for the recipient in question', () => {
    const context = contextAt('rcpt', { recipient: newRecipient(address('x@example.org')) })
    applyEffect({ kind: 'set_flag', flag: 'immune', value: true }, context, 'house')
    assert.equal(context.recipient?.immune, true)
    assert.equal(context.connection.immune, false)
  })
})
