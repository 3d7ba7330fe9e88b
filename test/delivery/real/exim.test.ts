/** Exim itself takes batched SMTP. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { DeliveryOutcome } from '../../../src/core/delivery.ts'
import { eximBsmtp } from '../../../src/delivery/exim-bsmtp.ts'
import { systemClock } from '../../../src/ports/system-clock.ts'
import { deliveryJob, type JobParts } from '../../support/delivery-job.ts'
import { answer, deliveryTarget } from '../../support/delivery-target.ts'
import { type Exim, noExim, startExim } from '../../support/real/exim.ts'

const ports = { clock: systemClock() }

describe('exim_bsmtp, with Exim', { skip: noExim }, () => {
  let exim: Exim
  before(async () => (exim = await startExim()))
  after(() => exim.stop())

  function deliver(parts: JobParts): Promise<DeliveryOutcome> {
    return answer(deliveryTarget(eximBsmtp, { program: exim.program }), deliveryJob({ ports, ...parts }))
  }

  it('puts a message into the queue, with its envelope and every line', async () => {
    const content = 'Subject: dots\r\n\r\n.\r\n..\r\nQUIT\r\n.x\r\nno end'
    const to = ['"a b"@example.org', '-oX@example.org']
    assert.equal((await deliver({ from: 'ann+x@example.net', to, content })).kind, 'delivered')
    const [{ head, body } = { head: '', body: '' }] = await exim.queue()
    assert.match(head, /^<ann\+x@example\.net>$/m)
    assert.match(head, /^2\n(?:"a b"|-oX)@example\.org\n(?:"a b"|-oX)@example\.org\n$/m)
    assert.equal(body.split('\n').slice(1).join('\n'), '.\n..\nQUIT\n.x\nno end\n')
  })

  it('hears what Exim refuses', async () => {
    const before = (await exim.queue()).length
    const refused = { kind: 'refused', text: 'Exim refused the message: Not this one' }
    assert.deepEqual(await deliver({ content: 'Subject: refuse me\r\n\r\nx\r\n' }), refused)
    const large = `Subject: x\r\n\r\n${'x\r\n'.repeat(700_000)}`
    assert.equal((await deliver({ content: large })).kind, 'refused')
    assert.equal((await exim.queue()).length, before)
  })

  it('gives Exim no message that is not whole', async () => {
    const before = (await exim.queue()).length
    assert.equal((await deliver({ content: `Subject: x\r\n\r\n${'x\r\n'.repeat(100_000)}\n.\n` })).kind, 'refused')
    assert.equal((await exim.queue()).length, before)
  })
})
