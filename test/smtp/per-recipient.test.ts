/** A delivery that answers for each recipient: LMTP and PRDR clients hear each answer, others hear the one for all. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Verdict, verdict } from '../../src/core/verdict.ts'
import { type Policy, type Rig, type RigOptions, smtpRig } from '../support/smtp-rig.ts'

const DELIVERED = verdict('OK', 'delivered')
const FULL = verdict('DENYSOFT', 'mailbox is full', '4.2.2')
const GONE = verdict('DENY', 'nobody lives here', '5.1.1')

function queue(forAll: Verdict, ...perRecipient: readonly Verdict[]): Policy {
  return { rcpt: verdict('OK'), queue: { ...forAll, perRecipient } }
}

/** A session that has sent one message to a, b and c. */
async function sent(policy: Policy, hello: string, params = '', options: RigOptions = {}): Promise<Rig> {
  const rig = smtpRig({ ...options, policy })
  rig.session.start()
  await rig.settle()
  const recipients = ['a', 'b', 'c'].map((name) => `RCPT TO:<${name}@example.org>\r\n`).join('')
  await rig.say(`${hello} client.example\r\nMAIL FROM:<ann@example.net>${params}\r\n${recipients}DATA\r\n`)
  rig.heard()
  rig.hooks.splice(0)
  await rig.say('Subject: hi\r\n\r\n.\r\n')
  return rig
}

const LMTP: RigOptions = { offer: { protocol: 'lmtp' } }
const DELIVERY_HOOKS = ['queue', 'queue_post', 'reset_transaction']

describe('LMTP', () => {
  it('hears what became of the message for each recipient, in their order', async () => {
    const rig = await sent(queue(FULL, DELIVERED, FULL, GONE), 'LHLO', '', LMTP)
    assert.equal(rig.heard(), '250 2.0.0 delivered\r\n451 4.2.2 mailbox is full\r\n554 5.1.1 nobody lives here\r\n')
    assert.deepEqual(rig.hooks.slice(-3), DELIVERY_HOOKS)
  })

  it('hears the one answer for each where the delivery cannot tell', async () => {
    const rig = await sent({ rcpt: verdict('OK'), queue: FULL }, 'LHLO', '', LMTP)
    assert.equal(rig.heard(), '451 4.2.2 mailbox is full\r\n'.repeat(3))
    assert.deepEqual(rig.hooks.slice(-2), ['queue', 'reset_transaction'])
  })

  it('hears the one answer for each where the delivery has miscounted', async () => {
    const rig = await sent(queue(FULL, DELIVERED), 'LHLO', '', LMTP)
    assert.equal(rig.heard(), '451 4.2.2 mailbox is full\r\n'.repeat(3))
  })

  it('has a line in the log for each recipient', async () => {
    const rig = await sent(queue(FULL, DELIVERED, FULL, GONE), 'LHLO', '', LMTP)
    const decisions = rig.log.filter(({ fields: { hook } }) => hook === 'queue')
    assert.deepEqual(
      decisions.map(({ fields, text }) => [fields['rcpt'], text]),
      [
        ['a@example.org', 'accepted'],
        ['b@example.org', 'refused'],
        ['c@example.org', 'refused'],
      ],
    )
  })

  it('has one line in the log for a refusal that is the same for all', async () => {
    const rig = await sent({ rcpt: verdict('OK') }, 'LHLO', '', { ...LMTP, limits: { header_size: 5 } })
    assert.equal(rig.heard(), '552 5.3.4 Header section too big\r\n'.repeat(3))
    assert.deepEqual(
      rig.log.filter(({ fields }) => fields['limit'] === 'header_size').map(({ text }) => text),
      ['refused by the protocol'],
    )
  })

  it('goes on with the session after refusals, which count as no error when somebody got the message', async () => {
    const rig = await sent(queue(GONE, DELIVERED, GONE, GONE), 'LHLO', '', { ...LMTP, limits: { errors: 3 } })
    rig.heard()
    await rig.say('NOOP\r\n')
    assert.equal(rig.heard(), '250 2.0.0 OK\r\n')
  })
})

describe('PRDR', () => {
  it('hears each answer between 353 and the one for all', async () => {
    const rig = await sent(queue(FULL, DELIVERED, FULL, GONE), 'EHLO', ' PRDR')
    assert.equal(
      rig.heard(),
      [
        '353 One reply for each recipient, then one for all',
        '250 2.0.0 delivered',
        '451 4.2.2 mailbox is full',
        '554 5.1.1 nobody lives here',
        '250 2.0.0 Queued for those whose reply says so',
        '',
      ].join('\r\n'),
    )
    assert.deepEqual(rig.hooks.slice(-3), DELIVERY_HOOKS)
  })

  it('ends in a refusal when nobody got the message', async () => {
    const rig = await sent(queue(GONE, GONE, GONE, GONE), 'EHLO', ' PRDR')
    const replies = rig.heard().split('\r\n')
    assert.deepEqual(replies.slice(1, -1), Array(4).fill('554 5.1.1 nobody lives here'))
    assert.deepEqual(rig.hooks.slice(-2), ['queue', 'reset_transaction'])
  })

  it('ends in the acceptance when everybody got it', async () => {
    const rig = await sent(queue(DELIVERED, DELIVERED, DELIVERED, DELIVERED), 'EHLO', ' PRDR')
    assert.match(rig.heard(), /^353 .*\r\n(?:250 2\.0\.0 delivered\r\n){4}$/)
  })

  it('hears one answer where there is one for all, from whichever hook', async () => {
    const one = await sent({ rcpt: verdict('OK'), queue: DELIVERED }, 'EHLO', ' PRDR')
    assert.equal(one.heard(), '250 2.0.0 delivered\r\n')
    const refused = await sent({ ...queue(DELIVERED, DELIVERED), data_post: GONE }, 'EHLO', ' PRDR')
    assert.equal(refused.heard(), '554 5.1.1 nobody lives here\r\n')
  })

  it('is not forced on a client that did not ask for it', async () => {
    const rig = await sent(queue(FULL, DELIVERED, FULL, GONE), 'EHLO')
    assert.equal(rig.heard(), '451 4.2.2 mailbox is full\r\n')
    assert.deepEqual(rig.hooks.slice(-2), ['queue', 'reset_transaction'])
  })
})
