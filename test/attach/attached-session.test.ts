/** The connection of a mail server that asks us: its times, its end, and what happens when something breaks. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Verdict, verdict } from '../../src/core/verdict.ts'
import { immediate } from '../support/immediate.ts'
import { ABORT, answersIn, connect, ENVELOPE, hello, mail, MESSAGE, negotiation } from './milter-rig.ts'
import { request } from './policy-rig.ts'
import { attachRig } from './rig.ts'

const OPEN = negotiation() + connect() + hello() + mail()

describe('time', () => {
  it('limit attach_timeout: a mail server that says nothing is let go', async () => {
    const rig = attachRig('milter', { limits: { attach_timeout: 100 } })
    rig.clock.advance(99_000)
    await rig.say(OPEN)
    rig.clock.advance(99_000)
    assert.ok(!rig.wire.closed)
    rig.clock.advance(1000)
    assert.ok(rig.wire.closed)
    assert.equal(rig.log.at(-1)?.fields['limit'], 'attach_timeout')
    rig.session.gone()
    await rig.session.over
    assert.equal(rig.clock.pending(), 0)
  })

  it('for one request is that of a command, however it trickles in', async () => {
    const rig = attachRig('policy', { limits: { command_timeout: 10 } })
    await rig.say('request=')
    rig.clock.advance(9000)
    await rig.say('smtpd')
    rig.clock.advance(1000)
    assert.ok(rig.wire.closed)
    assert.equal(rig.log.at(-1)?.fields['limit'], 'command_timeout')
  })

  it('is no matter while rules are asked', async () => {
    const { promise, resolve } = Promise.withResolvers<Verdict>()
    const rig = attachRig('policy', { policy: { rcpt: () => promise }, limits: { attach_timeout: 100 } })
    await rig.say(request())
    rig.clock.advance(1_000_000)
    assert.ok(!rig.wire.closed)
    resolve(verdict('DECLINED'))
    await rig.settle()
    assert.equal(rig.heard(), 'action=DUNNO\n\n')
  })
})

describe('the end', () => {
  it('of the server is not waited for between two requests', async () => {
    const rig = attachRig('policy')
    await rig.say(request())
    rig.session.stop()
    assert.ok(rig.wire.closed)
    rig.session.gone()
    await rig.session.over
    assert.deepEqual(rig.hooks.slice(-3), ['reset_transaction', 'disconnect', 'post_connection'])
  })

  it('of the server comes after the answer that is under way', async () => {
    const { promise, resolve } = Promise.withResolvers<Verdict>()
    const rig = attachRig('policy', { policy: { rcpt: () => promise } })
    await rig.say(request())
    rig.session.stop()
    assert.ok(!rig.wire.closed)
    resolve(verdict('DENY', 'Not you'))
    await rig.settle()
    assert.equal(rig.heard(), 'action=550 5.7.1 Not you\n\n')
    assert.ok(rig.wire.closed)
  })

  it('of the server waits for a message, and not for another one', async () => {
    const rig = attachRig('milter')
    await rig.say(negotiation() + ENVELOPE)
    rig.session.stop()
    assert.ok(!rig.wire.closed)
    await rig.say(MESSAGE)
    assert.equal(answersIn(rig.heard()).at(-1), 'c')
    assert.ok(rig.wire.closed)
  })

  it('of the server waits for nobody when its time is up', async () => {
    const rig = attachRig('milter')
    await rig.say(negotiation() + ENVELOPE)
    rig.session.stop()
    rig.session.abort()
    assert.ok(rig.wire.closed)
  })

  it('of the mail server comes after the answers it is owed', async () => {
    const rig = attachRig('policy')
    rig.session.receive(Buffer.from(request()))
    rig.session.endInput()
    await rig.settle()
    assert.equal(rig.heard(), 'action=DUNNO\n\n')
    assert.ok(rig.wire.closed)
  })

  it('makes answers that come later count for nothing', async () => {
    const { promise, resolve } = Promise.withResolvers<Verdict>()
    const rig = attachRig('milter', { policy: { mail: () => promise } })
    await rig.say(OPEN)
    rig.heard()
    rig.session.gone()
    resolve(verdict('OK'))
    await rig.session.over
    assert.equal(rig.heard(), '')
    assert.deepEqual(rig.hooks.slice(-3), ['reset_transaction', 'disconnect', 'post_connection'])
  })
})

describe('a mail server', () => {
  it('that does not read is not read from, and misses nothing when it does', async () => {
    const rig = attachRig('policy')
    rig.wire.full = true
    await rig.say(request() + request({ instance: 'a.2' }))
    assert.equal(rig.heard(), 'action=DUNNO\n\n')
    assert.ok(!rig.wire.flowing)
    rig.wire.full = false
    rig.session.drained()
    await rig.settle()
    assert.equal(rig.heard(), 'action=DUNNO\n\n')
    assert.ok(rig.wire.flowing)
  })

  it('that asks thousands of things at once gets thousands of answers, and others have their turn', async () => {
    const rig = attachRig('milter')
    await rig.say(negotiation() + connect())
    rig.heard()
    rig.session.receive(Buffer.from((mail() + ABORT).repeat(5000), 'latin1'))
    await immediate()
    const first = answersIn(rig.heard()).length
    assert.ok(first < 5000, `${first} answers in one go`)
    await rig.settle()
    assert.equal(first + answersIn(rig.heard()).length, 5000)
  })

  it('hears nothing from a policy service that fails: then Postfix defers', async () => {
    const rig = attachRig('policy', {
      policy: {
        rcpt: () => {
          throw new Error('broken')
        },
      },
    })
    await rig.say(request())
    assert.equal(rig.heard(), '')
    assert.ok(rig.wire.closed)
    assert.equal(rig.log.at(-1)?.level, 'error')
  })
})
