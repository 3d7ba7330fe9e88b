/**
 * Postfix that asks us, as a policy service and as a milter, with clients that swaks is: the same refusals as over SMTP.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { noPostfix, type Postfix, startPostfix } from '../../support/real/postfix.ts'
import { skipWithout } from '../../support/real/workplace.ts'
import { reply, serve, type Served, siteFolder } from '../../support/served-site.ts'
import { smtpClient } from '../../support/smtp-client.ts'
import { said } from '../../server/real/site.ts'
import { ATTACHED, MESSAGE_REFUSALS, REFUSALS, refusal, STRANGER } from './house.ts'

const LINE = `${'0123456789'.repeat(7)}\n`

const endings: (() => Promise<void> | void)[] = []
const untilTheEnd = { after: (ending: unknown) => void endings.unshift(ending as () => Promise<void>) }

describe('Postfix', { skip: noPostfix || skipWithout({ '/usr/bin/swaks': 'swaks' }) }, () => {
  let site: Served

  before(async () => {
    const folder = siteFolder(untilTheEnd, ATTACHED)
    folder.write('house.yaml', ATTACHED.house)
    site = await serve(untilTheEnd, folder)
  })
  after(async () => {
    for (const end of endings) await end()
  })

  const address = (name: string): string => `inet:127.0.0.1:${site.ports.get(name)}`
  const swaks = (port: number, ...args: readonly string[]): Promise<string> => swaksWith('', port, ...args)
  /** `message` comes by standard input. */
  const swaksWith = (message: string, port: number, ...args: readonly string[]): Promise<string> => {
    const data = message === '' ? [] : ['--suppress-data', '--data', '-']
    return said('swaks', ['--server', `127.0.0.1:${port}`, '--helo', 'client.example', ...args, ...data], message)
  }

  it('is compared with our own SMTP server', async () => {
    for (const [, args, expected, text] of [...REFUSALS, ...MESSAGE_REFUSALS])
      assert.match(await swaks(site.port, ...args), refusal(expected, text))
    assert.match(await swaks(site.port, ...STRANGER), /250 2\.0\.0 Queued/)
  })

  describe('with a policy service', () => {
    let postfix: Postfix
    const restrictions = (name: string): string => `smtpd_${name}_restrictions = check_policy_service ${address('pf')}`

    before(async () => {
      postfix = await startPostfix([
        'smtpd_recipient_restrictions = reject_unauth_destination',
        `  check_policy_service ${address('pf')}`,
        ...['client', 'helo', 'sender', 'end_of_data'].map(restrictions),
      ])
    })
    after(() => postfix.stop())

    for (const [what, args, expected, text] of REFUSALS)
      it(`refuses at ${what} what we refuse`, async () => {
        assert.match(await swaks(postfix.port, ...args), refusal(expected, text))
      })

    it('takes what we take, with the field that we put on top', async () => {
      assert.match(await swaks(postfix.port, ...STRANGER, '--header', 'Subject: hi'), /250 2\.0\.0 Ok: queued/)
      const [message = ''] = await postfix.messages('joe', 1)
      assert.match(message, /^X-Sender-Domain: example\.net$/m)
      assert.match(message, /^Subject: hi$/m)
    })

    it('knows the size at the end, and asks about one client after the other', async () => {
      const big = `Subject: big\n\n${LINE.repeat(6000)}`
      assert.match(await swaksWith(big, postfix.port, ...STRANGER), refusal('554 5.7.1', 'That is much'))
      assert.match(await swaks(postfix.port, ...STRANGER), /250 2\.0\.0 Ok: queued/)
    })
  })

  describe('with a policy service, each restriction in its time', () => {
    let postfix: Postfix

    before(async () => {
      const restrictions = (name: string): string =>
        `smtpd_${name}_restrictions = check_policy_service ${address('pf')}`
      postfix = await startPostfix([
        'smtpd_delay_reject = no',
        ...['client', 'helo', 'sender', 'data'].map(restrictions),
        'smtpd_recipient_restrictions = reject_unauth_destination',
        `  check_policy_service ${address('pf')}`,
      ])
    })
    after(() => postfix.stop())

    it('refuses at each command what we refuse there', async () => {
      const client = smtpClient(postfix.port)
      await client.hear('\r\n')
      assert.match(await reply(client, 'EHLO bad.example'), /^550 5\.7\.1 .*No bad\.example here\r\n$/)
      client.say('EHLO client.example\r\n')
      await client.hearReply()
      assert.match(
        await reply(client, 'MAIL FROM:<x@spam.example>'),
        /^550 5\.7\.1 .*Nothing from x@spam\.example\r\n$/,
      )
      assert.match(await reply(client, 'MAIL FROM:<ann@example.net>'), /^250 /)
      assert.match(await reply(client, 'RCPT TO:<jill@example.org>'), /^550 5\.2\.1 .*100% sure\r\n$/)
      assert.match(await reply(client, 'RCPT TO:<joe@example.org>'), /^250 /)
      client.socket.destroy()
    })
  })

  describe('with a milter', () => {
    let postfix: Postfix

    before(async () => {
      postfix = await startPostfix([`smtpd_milters = ${address('mil')}`, 'milter_default_action = tempfail'])
    })
    after(() => postfix.stop())

    for (const [what, args, expected, text] of [...REFUSALS, ...MESSAGE_REFUSALS])
      it(`refuses at ${what} what we refuse`, async () => {
        assert.match(await swaks(postfix.port, ...args), refusal(expected, text))
      })

    it('takes what we take, with our edits of its header section', async () => {
      const fields = ['--header', 'Subject: hi', '--add-header', 'X-Secret: 1', '--add-header', 'X-Secret: 2']
      const out = await swaks(postfix.port, '--from', 'ann@example.net', '--to', 'jane@example.org', ...fields)
      assert.match(out, /250 2\.0\.0 Ok: queued/)
      const [message = ''] = await postfix.messages('jane', 1)
      assert.match(message, /^X-Seen: mil$/m)
      assert.match(message, /^Subject: \[hi\]$/m)
      assert.match(message, /^X-Sender-Domain: example\.net$/m)
      assert.equal(message.match(/^Subject:/gm)?.length, 1)
      assert.doesNotMatch(message, /X-Secret/)
    })

    it('refuses one recipient, and the other one gets a large message whole', async () => {
      const both = ['--from', 'ann@example.net', '--to', 'jill@example.org,jon@example.org']
      const out = await swaksWith(`A: b\n\n${LINE.repeat(5000)}`, postfix.port, ...both)
      assert.match(out, /550 5\.2\.1 100% sure/)
      assert.match(out, /250 2\.0\.0 Ok: queued/)
      const [message = ''] = await postfix.messages('jon', 1)
      assert.ok(message.trimEnd().endsWith(`\n\n${LINE.repeat(5000).trimEnd()}`), message.slice(-200))
    })

    it('brings several messages in one session', async () => {
      const client = smtpClient(postfix.port)
      await client.hear('\r\n')
      assert.match(await reply(client, 'HELO client.example'), /^250 /)
      for (let count = 0; count < 2; count += 1) {
        assert.match(await reply(client, 'MAIL FROM:<ann@example.net>'), /^250 /)
        assert.match(await reply(client, 'RCPT TO:<jill@example.org>'), /^550 5\.2\.1 100% sure\r\n$/)
        assert.match(await reply(client, 'RCPT TO:<judy@example.org>'), /^250 /)
        assert.match(await reply(client, 'RSET'), /^250 /)
        assert.match(await reply(client, 'MAIL FROM:<ann@example.net>'), /^250 /)
        assert.match(await reply(client, 'RCPT TO:<judy@example.org>'), /^250 /)
        assert.match(await reply(client, 'DATA'), /^354 /)
        client.say('Subject: hi\r\n\r\nbody\r\n.\r\n')
        assert.match(await client.hear('\r\n'), /^250 /)
      }
      client.socket.destroy()
      assert.equal((await postfix.messages('judy', 2)).length, 2)
      assert.doesNotMatch(await postfix.log(), /warning: milter|malformed|lost connection with/)
    })
  })
})
