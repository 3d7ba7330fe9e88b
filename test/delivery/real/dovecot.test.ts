/** Dovecot itself takes mail by LMTP. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { DeliveryJob, DeliveryTarget } from '../../../src/core/delivery.ts'
import { lmtp } from '../../../src/delivery/lmtp.ts'
import { systemClock } from '../../../src/ports/system-clock.ts'
import { deliveryJob, type JobParts } from '../../support/delivery-job.ts'
import { deliveryTarget } from '../../support/delivery-target.ts'
import { type Dovecot, noDovecot, startDovecot } from '../../support/real/dovecot.ts'

function jobTo(names: readonly string[], parts: JobParts = {}): DeliveryJob {
  const to = names.map((name) => `${name}@example.org`)
  return deliveryJob({ to, ports: { clock: systemClock() }, ...parts })
}

describe('lmtp, with Dovecot', { skip: noDovecot }, () => {
  let dovecot: Dovecot
  let target: DeliveryTarget
  before(async () => {
    dovecot = await startDovecot()
    target = deliveryTarget(lmtp, { host: dovecot.path })
  })
  after(() => dovecot.stop())

  it('gives each recipient every octet', async () => {
    const lines = ['Subject: dots', '', '.', '..', '.x', 'x'.repeat(5000), 'caf\xe9', 'end', '']
    const content = Buffer.from(lines.join('\r\n'), 'latin1')
    const result = await target.deliver(jobTo(['bob', 'eve'], { content, mailParams: { BODY: '8BITMIME' } }))
    assert.equal(result.kind, 'delivered')
    assert.match(result.text, /^<bob@example\.org> \S+ Saved$/)
    for (const name of ['bob', 'eve']) {
      const [message = ''] = await dovecot.messages(name, 1)
      assert.ok(message.endsWith(`\n${lines.join('\n')}`), name)
      assert.match(message, /^Return-Path: <ann@example\.net>\n/)
    }
  })

  it('hears of a mailbox that is full, and who has the message', async () => {
    const result = await target.deliver(jobTo(['bob', 'full']))
    assert.deepEqual(
      result.perRecipient?.map(({ kind }) => kind),
      ['delivered', 'refused'],
    )
    assert.equal(result.kind, 'refused')
    assert.match(result.text, /^Only these recipients do not get it: <full@example\.org>\. .*552 .*Quota exceeded/)
    const each = await target.deliver(jobTo(['full', 'eve'], { repliesEach: true }))
    assert.deepEqual(
      each.perRecipient?.map(({ kind }) => kind),
      ['refused', 'delivered'],
    )
  })

  it('hears of a recipient who does not exist, and sends nothing then', async () => {
    const before = (await dovecot.messages('eve', 0)).length
    assert.equal((await target.deliver(jobTo(['nobody']))).kind, 'refused')
    assert.equal((await target.deliver(jobTo(['eve', 'nobody']))).kind, 'deferred')
    assert.equal((await dovecot.messages('eve', 0)).length, before)
  })

  it('sends to those who do exist when each is told', async () => {
    const before = (await dovecot.messages('eve', 0)).length
    const { perRecipient } = await target.deliver(jobTo(['nobody', 'eve'], { repliesEach: true }))
    assert.deepEqual(
      perRecipient?.map(({ kind }) => kind),
      ['refused', 'delivered'],
    )
    assert.equal((await dovecot.messages('eve', before + 1)).length, before + 1)
  })
})
