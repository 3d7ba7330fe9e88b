/** Postfix itself takes mail by SMTP, and into its maildrop queue. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { DeliveryOutcome } from '../../../src/core/delivery.ts'
import { postfixQueue } from '../../../src/delivery/postfix-queue.ts'
import { smtpForward } from '../../../src/delivery/smtp-forward.ts'
import { systemClock } from '../../../src/ports/system-clock.ts'
import { brokenJob, deliveryJob, type JobParts } from '../../support/delivery-job.ts'
import { answer, deliveryTarget } from '../../support/delivery-target.ts'
import { noPostfix, type Postfix, startPostfix } from '../../support/real/postfix.ts'

const CA = new URL('../../support/tls/ca.pem', import.meta.url).pathname
const ports = { clock: systemClock() }
const HEADER = 'From: ann@example.net\r\nDate: Fri, 20 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.net>\r\n'
const LINES = ['', '.', '..', '.x', 'QUIT', 'x'.repeat(900), 'end', '']

describe('with Postfix', { skip: noPostfix }, () => {
  let postfix: Postfix
  before(async () => (postfix = await startPostfix()))
  after(() => postfix.stop())

  function bySmtp(parts: JobParts, options: object = {}): Promise<DeliveryOutcome> {
    const target = deliveryTarget(smtpForward, { host: '127.0.0.1', port: postfix.port, ...options })
    return answer(target, deliveryJob({ ports, ...parts }))
  }

  function intoQueue(parts: JobParts): Promise<DeliveryOutcome> {
    return answer(deliveryTarget(postfixQueue, { config: postfix.config }), deliveryJob({ ports, ...parts }))
  }

  describe('smtp_forward', () => {
    it('delivers every line over TLS with a certificate that is checked', async () => {
      const content = `${HEADER}Subject: dots\r\n${LINES.join('\r\n')}`
      const said = await bySmtp({ to: ['joe@example.org'], content }, { tls: 'required', ca_file: CA })
      assert.equal(said.kind, 'delivered')
      assert.match(said.text, /^queued as [0-9A-Z]+$/)
      const [message = ''] = await postfix.messages('joe', 1)
      assert.ok(message.endsWith(`\nSubject: dots\n${LINES.join('\n')}`))
      assert.match(message, /^Return-Path: <ann@example\.net>\n/)
      assert.match(await postfix.log(), /Anonymous TLS|TLS connection established|smtpd.*connect from/)
    })

    it('keeps one connection for many messages', async () => {
      const sessions = async (): Promise<number> => (await postfix.log()).split(' connect from ').length
      const before = await sessions()
      const target = deliveryTarget(smtpForward, { host: '127.0.0.1', port: postfix.port })
      for (let count = 0; count < 10; count += 1)
        assert.equal((await answer(target, deliveryJob({ to: ['jack@example.org'], ports }))).kind, 'delivered')
      assert.equal((await postfix.messages('jack', 10)).length, 10)
      assert.equal((await sessions()) - before, 1)
    })

    it('hears of a recipient who does not exist, and sends nothing then', async () => {
      const said = await bySmtp({ to: ['nobody@example.org'] })
      assert.deepEqual([said.kind, said.kind === 'refused' && said.status], ['refused', '5.1.1'])
      assert.equal((await bySmtp({ to: ['jane@example.org', 'nobody@example.org'] })).kind, 'deferred')
      assert.deepEqual(await postfix.messages('jane', 0), [])
    })

    it('stands as our client with XCLIENT, and names it with XFORWARD', async () => {
      const hello = { verb: 'EHLO', name: 'client.example' } as const
      const client = { ip: '192.0.2.7', host: 'client.example', hello, user: undefined }
      assert.equal((await bySmtp({ to: ['jim@example.org'], client }, { xforward: true })).kind, 'delivered')
      assert.match(await postfix.log(), /client=client\.example\[192\.0\.2\.7\]/)
      // Postfix relays for us, and for nobody from there.
      const stranger = await bySmtp({ to: ['x@elsewhere.example'], client }, { xclient: true })
      assert.match(stranger.text, /Relay access denied/)
      assert.equal((await bySmtp({ to: ['jill@example.org'], client }, { xclient: true })).kind, 'delivered')
      const [message = ''] = await postfix.messages('jill', 1)
      assert.match(message, /^Received: from client\.example \(client\.example \[192\.0\.2\.7\]\)$/m)
    })

    it('passes on DSN, 8-bit content and addresses beyond ASCII', async () => {
      const parts: JobParts = {
        from: 'änn@example.net',
        to: ['jürgen@example.org'],
        content: Buffer.from(`${HEADER}Subject: grüße\r\n\r\ncafé\r\n`),
        mailParams: { BODY: '8BITMIME', SMTPUTF8: true, RET: 'HDRS', ENVID: 'Q+2BQ' },
        rcptParams: { NOTIFY: 'NEVER', ORCPT: 'rfc822;j@old.example' },
      }
      assert.equal((await bySmtp(parts)).kind, 'delivered')
      const [message = ''] = await postfix.messages(Buffer.from('jürgen').toString(), 1)
      const text = Buffer.from(message, 'latin1').toString('utf8')
      assert.match(text, /^Return-Path: <änn@example\.net>\nX-Original-To: jürgen@example\.org\n/)
      assert.match(text, /\nSubject: grüße\n\ncafé\n$/)
    })
  })

  describe('postfix_queue', () => {
    it('delivers every line, with a dot alone and addresses like options', async () => {
      const content = `${HEADER}Subject: dots\r\n${LINES.join('\r\n')}`
      const parts = { from: '-bs@example.net', to: ['jon@example.org', '-bp@example.org'], content }
      assert.deepEqual(await intoQueue(parts), { kind: 'delivered', text: 'Queued! T1' })
      const [message = ''] = await postfix.messages('jon', 1)
      assert.ok(message.endsWith(`\nSubject: dots\n${LINES.join('\n')}`))
      assert.match(message, /^Return-Path: <-bs@example\.net>\n/)
    })

    it('takes the null sender', async () => {
      const said = await intoQueue({ from: '', to: ['jean@example.org'], mailParams: { RET: 'FULL', ENVID: 'x' } })
      assert.equal(said.kind, 'delivered')
      const [message = ''] = await postfix.messages('jean', 1)
      assert.match(message, /^Return-Path: <>\n/)
    })

    it('queues nothing that is not whole', async () => {
      const half = `${HEADER}\r\n${'line\r\n'.repeat(100_000)}a\nb`
      assert.equal((await intoQueue({ to: ['judy@example.org'], content: half })).kind, 'refused')
      const target = deliveryTarget(postfixQueue, { config: postfix.config })
      const broken = target.deliver(brokenJob(new Error('spool gone'), { to: ['judy@example.org'], ports }))
      await assert.rejects(broken, /spool gone/)
      assert.equal((await intoQueue({ to: ['jules@example.org'] })).kind, 'delivered')
      await postfix.messages('jules', 1)
      assert.deepEqual(await postfix.messages('judy', 0), [])
    })
  })
})
