import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DeliveryOutcome } from '../../../src/core/delivery.ts'
import { deliveryJob, type JobParts } from '../../support/delivery-job.ts'
import { answer } from '../../support/delivery-target.ts'
import { sinkWith, targetTo } from '../../support/smtp-sinks.ts'

/** The answer, and the commands MAIL and RCPT without the addresses. */
async function send(
  offers: string,
  parts: JobParts,
): Promise<{ said: DeliveryOutcome; mail: string | undefined; rcpt: string | undefined }> {
  const sink = await sinkWith({
    EHLO: ['250-x', ...offers.split(' ').map((one) => `250-${one}`), '250 HELP'].join('\r\n'),
  })
  const said = await answer(targetTo(sink), deliveryJob(parts))
  const parameters = (verb: string): string | undefined =>
    sink.commands.find((line) => line.startsWith(verb))?.replace(/^[^>]*> ?/, '')
  return { said, mail: parameters('MAIL'), rcpt: parameters('RCPT') }
}

const DSN = {
  mailParams: { RET: 'HDRS', ENVID: 'QQ314159+2B' },
  rcptParams: { NOTIFY: 'SUCCESS,FAILURE', ORCPT: 'rfc822;Bob@example.org' },
}

describe('parameters of MAIL and RCPT', () => {
  it('pass on what the client asked for, where DSN is offered', async () => {
    const { mail, rcpt } = await send('DSN SIZE', DSN)
    assert.equal(mail, 'SIZE=45 RET=HDRS ENVID=QQ314159+2B')
    assert.equal(rcpt, 'NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob@example.org')
  })

  it('leave it out where DSN is not offered', async () => {
    const { said, mail, rcpt } = await send('8BITMIME', DSN)
    assert.deepEqual([said.kind, mail, rcpt], ['delivered', 'BODY=8BITMIME', ''])
  })

  it('pass on nothing that they do not know', async () => {
    const parts = { mailParams: { AUTH: '<>', 'X-EVIL': 'x' }, rcptParams: { 'X-EVIL': 'x' } }
    const { mail, rcpt } = await send('DSN', parts)
    assert.deepEqual([mail, rcpt], ['', ''])
  })

  const malformed: readonly (readonly [string, JobParts])[] = [
    ['ENVID', { mailParams: { ENVID: 'a\r\nRCPT TO:<evil@example.com>' } }],
    ['ENVID', { mailParams: { ENVID: 'a+0D+0Ab' } }],
    ['ENVID', { mailParams: { ENVID: 'a+0d' } }],
    ['ENVID', { mailParams: { ENVID: 'a b' } }],
    ['RET', { mailParams: { RET: true } }],
    ['RET', { mailParams: { RET: 'ALL' } }],
    ['NOTIFY', { rcptParams: { NOTIFY: 'NEVER,SUCCESS' } }],
    ['NOTIFY', { rcptParams: { NOTIFY: 'SUCCESS\r\nDATA' } }],
    ['ORCPT', { rcptParams: { ORCPT: 'bob@example.org' } }],
    ['ORCPT', { rcptParams: { ORCPT: 'rfc822;bob+0A@example.org' } }],
    ['ORCPT', { rcptParams: { ORCPT: `rfc822;${'b'.repeat(500)}` } }],
  ]
  for (const [name, parts] of malformed)
    it(`are refused when they are malformed: ${JSON.stringify(parts)}`, async () => {
      const { said, mail } = await send('DSN', parts)
      assert.deepEqual(said, { kind: 'refused', text: `The parameter ${name} is malformed`, status: '5.5.4' })
      assert.equal(mail, undefined)
    })
})

const EIGHT_BIT = Buffer.from(`Subject: x\r\n\r\n${'x'.repeat(200_000)}\xe9\r\n`, 'latin1')
const HEADER = 'Subject: grüße\r\n\r\nx\r\n'

describe('a message beyond ASCII', () => {
  const cases: readonly (readonly [string, string, JobParts, string])[] = [
    ['8-bit content goes where 8BITMIME is offered', '8BITMIME', { content: EIGHT_BIT }, 'BODY=8BITMIME'],
    ['8-bit content is refused elsewhere', 'SIZE', { content: EIGHT_BIT }, '5.6.3'],
    ['plain content goes anywhere, whatever the client said', 'DSN', { mailParams: { BODY: '8BITMIME' } }, ''],
    ['binary content is refused', '8BITMIME BINARYMIME CHUNKING', { mailParams: { BODY: 'BINARYMIME' } }, '5.6.3'],
    ['old 8-bit header fields are 8-bit content', '8BITMIME SMTPUTF8', { content: HEADER }, 'BODY=8BITMIME'],
    [
      'SMTPUTF8 is passed on where it is offered',
      '8BITMIME SMTPUTF8',
      { content: HEADER, mailParams: { SMTPUTF8: true } },
      'BODY=8BITMIME SMTPUTF8',
    ],
    ['a UTF-8 header is refused elsewhere', '8BITMIME', { content: HEADER, mailParams: { SMTPUTF8: true } }, '5.6.7'],
    ['SMTPUTF8 that nothing needs is left out elsewhere', 'DSN', { mailParams: { SMTPUTF8: true } }, ''],
    ['an address asks for SMTPUTF8', 'SMTPUTF8', { to: ['jürgen@example.org'] }, 'SMTPUTF8'],
    ['an address is refused elsewhere', '8BITMIME', { from: 'jürgen@example.org' }, '5.6.7'],
  ]
  for (const [what, offers, parts, expected] of cases)
    it(what, async () => {
      const { said, mail } = await send(offers, parts)
      if (expected.startsWith('5.')) {
        assert.deepEqual([said.kind, said.kind === 'refused' && said.status], ['refused', expected])
        assert.equal(mail, undefined)
      } else assert.deepEqual([said.kind, mail], ['delivered', expected])
    })
})
