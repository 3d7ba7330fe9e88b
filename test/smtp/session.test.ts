/** A session as a machine: back-pressure, answers that come too late, faults inside. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { verdict } from '../../src/core/verdict.ts'
import { ACCEPTING, contentRig, ENVELOPE, greetedRig, pendingHook, smtpRig } from '../support/smtp-rig.ts'

describe('back-pressure', () => {
  it('row 36: a client that does not read is not answered further until it does', async () => {
    const rig = await greetedRig()
    rig.wire.full = true
    await rig.say('NOOP\r\n')
    await rig.say('NOOP\r\nNOOP\r\n')
    assert.equal(rig.heard(), '250 2.0.0 OK\r\n')
    assert.equal(rig.wire.flowing, false)
    rig.wire.full = false
    rig.session.drained()
    assert.equal(rig.heard(), '250 2.0.0 OK\r\n250 2.0.0 OK\r\n')
    assert.equal(rig.wire.flowing, true)
  })

  it('row 36: a client that never reads is given up', async () => {
    const rig = await greetedRig({ limits: { command_timeout: 10 } })
    rig.wire.full = true
    await rig.say('NOOP\r\n')
    rig.clock.advance(10_000)
    assert.ok(rig.wire.closed)
  })

  it('the client is stopped while there is something it said that cannot be worked on', async () => {
    const { hook, answer } = pendingHook()
    const rig = await greetedRig({ policy: { noop: hook } })
    await rig.say('NOOP\r\n')
    assert.equal(rig.wire.flowing, true)
    await rig.say('HELP\r\n')
    assert.equal(rig.wire.flowing, false)
    answer(verdict('OK'))
    await rig.settle()
    assert.equal(rig.wire.flowing, true)
  })
})

describe('an answer that comes too late', () => {
  it('says nothing and asks nothing more, and the last hooks run after it', async () => {
    const { hook, answer } = pendingHook()
    const rig = await contentRig({ policy: { data_post: hook } })
    await rig.say('Subject: hi\r\n\r\nbody\r\n.\r\n')
    rig.hooks.splice(0)
    rig.session.gone()
    await rig.settle()
    assert.deepEqual(rig.hooks, [])
    answer(verdict('OK'))
    await rig.settle()
    assert.deepEqual(rig.hooks, ['reset_transaction', 'disconnect', 'post_connection'])
    assert.equal(rig.heard(), '')
    await rig.session.over
  })

  it('does not follow a 421', async () => {
    const { hook, answer } = pendingHook()
    const rig = await greetedRig({ policy: { mail: hook } })
    await rig.say('MAIL FROM:<a@b.example>\r\n')
    rig.session.abort()
    answer(verdict('OK'))
    await rig.settle()
    assert.equal(rig.heard(), '421 4.3.2 Shutting down, try again later\r\n')
  })

  it('is not waited for when all that is left of it is a delay', async () => {
    const rig = await greetedRig({ delays: { mail: 3_600_000 } })
    await rig.say('MAIL FROM:<a@b.example>\r\n')
    rig.session.gone()
    await rig.settle()
    assert.equal(rig.hooks.at(-1), 'post_connection')
    assert.equal(rig.clock.pending(), 0)
  })

  it('of the resolver does not greet', async () => {
    const rig = smtpRig()
    rig.session.start()
    rig.session.gone()
    await rig.settle()
    assert.deepEqual(rig.hooks, ['config', 'pre_connection', 'disconnect', 'post_connection'])
    assert.equal(rig.heard(), '')
  })

  it('content that follows DATA while its hook runs was not asked for', async () => {
    const { hook, answer } = pendingHook()
    const rig = await greetedRig({ policy: { ...ACCEPTING, data: hook } })
    await rig.say(`${ENVELOPE}DATA\r\n`)
    rig.heard()
    await rig.say('Subject: hi\r\n')
    answer(verdict('OK'))
    await rig.settle()
    assert.equal(rig.heard(), '554 5.5.1 You sent the message before it was asked for\r\n')
  })
})

describe('faults', () => {
  for (const [when, fault] of [
    [
      'at once',
      () => {
        throw new Error('no such thing')
      },
    ],
    ['later', () => Promise.reject(new Error('no such thing'))],
  ] as const) {
    it(`inside ${when} end this session with 451 and are logged`, async () => {
      const rig = await greetedRig({ policy: { mail: fault } })
      await rig.say('MAIL FROM:<a@b.example>\r\n')
      assert.equal(rig.heard(), '451 4.3.0 Internal error, try again later\r\n')
      assert.ok(rig.wire.closed)
      assert.equal(rig.log.find(({ level }) => level === 'error')?.text, 'internal error')
      rig.session.gone()
      await rig.session.over
    })
  }

  it('in the last hooks do not keep a session for ever', async () => {
    const rig = await greetedRig({
      policy: {
        disconnect: () => {
          throw new Error('no such thing')
        },
      },
    })
    rig.session.gone()
    await rig.session.over
    assert.equal(rig.log.filter(({ level }) => level === 'error').length, 1)
  })

  it('no timer is left when a session is over', async () => {
    const rig = await greetedRig()
    await rig.say('NOOP\r\nQUIT\r\n')
    rig.session.gone()
    await rig.session.over
    assert.equal(rig.clock.pending(), 0)
  })
})
