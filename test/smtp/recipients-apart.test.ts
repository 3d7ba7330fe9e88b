/** Recipients of one message whose policies want different answers after DATA. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RigOptions } from '../support/smtp-rig.ts'
import { apart, begun, NEWS, rcpt, READY, talk } from './apart.ts'

describe('on_split: defer_different', () => {
  it('tells a recipient who wants another answer to wait, and why is in the log', async () => {
    const rig = await apart('defer_different')
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example>')
    assert.deepEqual(await talk(rig, ...rcpt('ann', 'bob', 'eve', 'nobody', 'carl')), [
      '250 2.1.5 Speaks de',
      '452 4.5.3 Other rules hold for this recipient; send the message to it again',
      '250 2.1.5 Speaks en',
      '550 5.7.1 No such user',
      '452 4.5.3 Other rules hold for this recipient; send the message to it again',
    ])
    const waiting = rig.log.filter(({ text }) => text === 'a recipient has to wait for a message of its own')
    assert.deepEqual(
      waiting.map(({ fields }) => [fields['rcpt'], fields['first'], fields['differs']]),
      [
        ['bob@example.org', 'ann@example.org', 'policy.newsletters'],
        ['carl@example.org', 'ann@example.org', 'policy.newsletters'],
      ],
    )
  })

  it('refuses for all who share a message, or delivers to all of them', async () => {
    const rig = await apart('defer_different')
    await begun(rig, 'EHLO', '', 'ann', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, '554 5.7.1 No newsletters'])
    await begun(rig, 'EHLO', '', 'bob', 'carl')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, '250 2.0.0 Taken'])
    assert.deepEqual(rig.delivered, [['bob@example.org', 'carl@example.org']])
  })

  it('holds with PRDR too, where that is not wanted', async () => {
    const rig = await apart('defer_different')
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example> PRDR')
    assert.deepEqual(
      (await talk(rig, ...rcpt('ann', 'bob'))).map((one) => one.slice(0, 3)),
      ['250', '452'],
    )
  })

  it('does not count as an error of the client', async () => {
    const rig = await apart('defer_different', { limits: { errors: 3 } })
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example>', ...rcpt('ann', 'bob', 'bob', 'bob', 'bob'))
    assert.deepEqual(await talk(rig, 'NOOP'), ['250 2.0.0 OK'])
  })
})

describe('on_split: prdr', () => {
  it('has an answer for each, and delivers to those who want it', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'bob', 'ann', 'carl', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [
      READY,
      '353 One reply for each recipient, then one for all',
      '250 2.0.0 Taken',
      '554 5.7.1 No newsletters',
      '250 2.0.0 Taken',
      '554 5.7.1 No newsletters',
      '250 2.0.0 Queued for those whose reply says so',
    ])
    assert.deepEqual(rig.delivered, [['bob@example.org', 'carl@example.org']])
  })

  it('says who was refused by which rule', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'bob', 'ann')
    await talk(rig, ...NEWS)
    const refused = rig.log.filter(({ text }) => text === 'refused')
    assert.deepEqual(
      refused.map(({ fields }) => [fields['rcpt'], fields['rule'], fields['policy']]),
      [['ann@example.org', 'newsletter', 'ann@example.org']],
    )
  })

  it('has one answer where all have the same', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'bob', 'ann')
    assert.deepEqual(await talk(rig, 'DATA', 'Subject: hi', '', '.'), [READY, '250 2.0.0 Taken'])
    assert.deepEqual(rig.delivered, [['bob@example.org', 'ann@example.org']])
  })

  it('asks what does not know recipients apart once, for all who are left', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'bob', 'ann')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: spam', '', '.')).slice(2), [
      '554 5.7.1 Spam',
      '554 5.7.1 No newsletters',
      '554 5.7.1 Spam',
    ])
    assert.deepEqual(rig.delivered, [])
    const { transaction } = rig.contexts.findLast(({ hook }) => hook === 'data_post') ?? {}
    assert.equal(transaction?.notes.get('asked'), 1)
  })

  it('a later refusal is that of those who are left', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'ann', 'bob')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: late', '', '.')).slice(2), [
      '554 5.7.1 No newsletters',
      '451 4.7.1 Too late',
      '451 4.7.1 Too late',
    ])
    assert.deepEqual(await talk(rig, 'MAIL FROM:<a@b.example>'), ['250 2.1.0 <a@b.example>, sender OK'])
  })

  it('is as defer_different for clients without it', async () => {
    const rig = await apart('prdr')
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example>')
    assert.deepEqual(
      (await talk(rig, ...rcpt('ann', 'bob'))).map((one) => one.slice(0, 3)),
      ['250', '452'],
    )
  })
})

describe('on_split: lmtp', () => {
  const LMTP: RigOptions = { offer: { protocol: 'lmtp' } }

  it('has an answer for each, in their order', async () => {
    const rig = await apart('lmtp', LMTP)
    await begun(rig, 'LHLO', '', 'ann', 'bob', 'eve', 'carl')
    assert.deepEqual(await talk(rig, ...NEWS), [
      READY,
      '554 5.7.1 No newsletters',
      '250 2.0.0 Taken',
      '554 5.7.1 No newsletters',
      '250 2.0.0 Taken',
    ])
    assert.deepEqual(rig.delivered, [['bob@example.org', 'carl@example.org']])
  })

  it('has as many when nobody is left', async () => {
    const rig = await apart('lmtp', LMTP)
    await begun(rig, 'LHLO', '', 'ann', 'bob')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: spam', '', '.')).slice(1), [
      '554 5.7.1 No newsletters',
      '554 5.7.1 Spam',
    ])
  })

  it('is as defer_different for SMTP, PRDR or not', async () => {
    const rig = await apart('lmtp')
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example> PRDR')
    assert.deepEqual(
      (await talk(rig, ...rcpt('ann', 'bob'))).map((one) => one.slice(0, 3)),
      ['250', '452'],
    )
  })
})
