/** TLS over real sockets: STARTTLS, TLS from the start, and those who only pretend. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import type { HookContext } from '../../src/core/context.ts'
import { verdict } from '../../src/core/verdict.ts'
import { askedFact } from '../support/asked-fact.ts'
import type { SmtpClient } from '../support/smtp-client.ts'
import { immediate } from '../support/immediate.ts'
import { ACCEPTING } from '../support/smtp-rig.ts'
import { startTls } from '../support/tls-client.ts'
import { emptied, GREETING, greeted, HELLO, type House, house } from './house.ts'
import { implicit, lastConnection, OURS, secured, speaking } from './tls-house.ts'

describe('STARTTLS', () => {
  it('is offered until TLS is on, and mail that comes over it is marked', async (test) => {
    let received = ''
    const queue = ({ transaction }: HookContext) => {
      received = transaction?.message?.values('Received')[0] ?? ''
      return verdict('OK')
    }
    const rig = await house(test, { policy: { ...ACCEPTING, queue }, services: speaking('starttls') })
    const clear = await greeted(rig)
    clear.say('EHLO c.example\r\n')
    assert.match(await clear.hear('\r\n'), /\r\n250[ -]STARTTLS\r\n/)
    const client = await startTls(clear, { ca: OURS.cert, servername: 'mx.example.org' })
    client.say('EHLO c.example\r\n')
    assert.doesNotMatch(await client.hear('\r\n'), /STARTTLS/)
    client.say('MAIL FROM:<>\r\nRCPT TO:<r@example.org>\r\nDATA\r\n')
    await client.hear('dot on a line of its own\r\n')
    client.say('Subject: hi\r\n\r\nhello\r\n.\r\nQUIT\r\n')
    assert.match(await client.rest(), /^250 2\.0\.0 Queued\r\n221 /)
    assert.match(received, /^from c\.example \(\[127\.0\.0\.1\]\) by mx\.example\.org with ESMTPS id /)
  })

  it('row 23: what was said in clear, and granted for it, is forgotten; notes stay', async (test) => {
    const ehlo = ({ connection }: HookContext) => {
      connection.notes.set('seen', true)
      connection.relayClient = true
      connection.immune = true
      connection.auth = { user: 'ann', mechanism: 'PLAIN' }
      return verdict('DECLINED')
    }
    const connect = ({ connection }: HookContext) => {
      connection.score = 3
      return verdict('DECLINED')
    }
    const rig = await house(test, { policy: { ...ACCEPTING, ehlo, connect }, services: speaking('starttls') })
    const clear = await greeted(rig)
    clear.say('EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n')
    await clear.hear('sender OK\r\n')
    const client = await startTls(clear)
    client.say('RCPT TO:<c@example.org>\r\nMAIL FROM:<a@b.example>\r\nNOOP\r\n')
    const refused = '503 5.5.1 Use MAIL first\r\n503 5.5.1 Say EHLO first\r\n250 2.0.0 OK\r\n'
    assert.equal(await client.hear('OK\r\n'), refused)
    const { hello, auth, relayClient, immune, notes, score, remote } = lastConnection(rig)
    assert.deepEqual([hello, auth, relayClient, immune], [undefined, undefined, false, false])
    assert.deepEqual([notes.get('seen'), score, remote.ip], [true, 3, '127.0.0.1'])
  })

  it('row 23: what the address was granted before the greeting stays', async (test) => {
    const connect = ({ connection }: HookContext) => {
      connection.relayClient = true
      return verdict('DECLINED')
    }
    const rig = await house(test, { policy: { connect }, services: speaking('starttls') })
    const client = await secured(rig)
    client.say('NOOP\r\n')
    await client.hear('OK\r\n')
    assert.equal(lastConnection(rig).relayClient, true)
  })

  it('row 24: a second one is 503, an argument 501, and the session goes on', async (test) => {
    const rig = await house(test, { services: speaking('starttls') })
    const clear = await greeted(rig)
    clear.say('STARTTLS now\r\n')
    assert.equal(await clear.hear('\r\n'), '501 5.5.4 This command takes no argument\r\n')
    const client = await startTls(clear)
    client.say('STARTTLS\r\nHELO c.example\r\n')
    assert.equal(await client.hear(HELLO), `503 5.5.1 TLS is on already\r\n${HELLO}`)
  })

  for (const [what, octets] of [
    ['garbage', 'GET / HTTP/1.1\r\n\r\n'],
    ['commands in clear', 'EHLO evil.example\r\nMAIL FROM:<>\r\n'],
    ['a TLS record with nonsense in it', '\x16\x03\x01\x00\x05hello'],
  ] as const)
    it(`row 24: ${what} instead of a handshake ends that session only`, async (test) => {
      const rig = await house(test, { services: speaking('starttls') })
      const [other, client] = [await greeted(rig), await greeted(rig)]
      client.say('STARTTLS\r\n')
      await client.hear('220 2.0.0 Ready to start TLS\r\n')
      client.say(octets)
      assert.doesNotMatch(await client.rest(), /\d{3} /)
      other.say('HELO c.example\r\n')
      await other.hear(HELLO)
      assert.equal(rig.contexts.filter(({ hook }) => hook === 'ehlo').length, 0)
      assert.equal(rig.log.filter(({ text }) => text === 'the TLS handshake failed').length, 1)
    })

  it('row 24: half a ClientHello and a reset end that session only', async (test) => {
    const rig = await house(test, { services: speaking('starttls') })
    const client = await greeted(rig)
    client.say('STARTTLS\r\n')
    await client.hear('220 2.0.0 Ready to start TLS\r\n')
    client.say('\x16\x03\x01\x02\x00\x01')
    client.socket.resetAndDestroy()
    await emptied(rig)
    assert.equal(rig.clock.pending(), 0)
    await greeted(rig)
  })

  it('row 34: a handshake has its time, however slowly it trickles in', async (test) => {
    const rig = await house(test, { services: speaking('starttls'), limits: { tls_timeout: 10 } })
    const client = await greeted(rig)
    client.say('STARTTLS\r\n')
    await client.hear('220 2.0.0 Ready to start TLS\r\n')
    await trickle(client, rig)
    assert.equal(await client.rest(), '')
    await emptied(rig)
    assert.equal(rig.clock.pending(), 0)
  })

  it('is not there without a certificate', async (test) => {
    const rig = await house(test)
    const client = await greeted(rig)
    client.say('EHLO c.example\r\nSTARTTLS\r\n')
    assert.match(await client.hear('Unrecognized command\r\n'), /^(?:250[- ](?!STARTTLS).*\r\n)+500 5\.5\.1 /)
  })

  it('does not stop a server that is told to end', async (test) => {
    const rig = await house(test, { services: speaking('starttls') })
    const client = await greeted(rig)
    client.say('STARTTLS\r\n')
    await client.hear('220 2.0.0 Ready to start TLS\r\n')
    const closed = rig.server.close({ grace: 5 })
    rig.clock.advance(5000)
    assert.equal(await client.rest(), '')
    await closed
  })
})

/** A ClientHello, one octet a second, for ten seconds. */
async function trickle(client: SmtpClient, rig: House): Promise<void> {
  for (const octet of '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03') {
    client.say(octet)
    for (let turn = 0; turn < 5; turn += 1) await immediate()
    assert.equal(rig.server.connections(), 1)
    rig.clock.advance(1000)
  }
}

describe('TLS from the start', () => {
  it('is spoken before the greeting, and STARTTLS is not offered in it', async (test) => {
    const rig = await house(test, { services: speaking('implicit') })
    const client = implicit(rig, { ca: OURS.cert, servername: 'mx.example.org' })
    assert.equal(await client.hear('\r\n'), GREETING)
    client.say('EHLO c.example\r\n')
    assert.doesNotMatch(await client.hear('\r\n'), /STARTTLS/)
    assert.equal(askedFact('tls', rig), true)
    assert.equal(askedFact('tls.server_name', rig), 'mx.example.org')
    assert.match(String(askedFact('tls.protocol', rig)), /^TLSv1\.3$/)
    assert.match(String(askedFact('tls.cipher', rig)), /^TLS_/)
    assert.equal(askedFact('tls.client.verified', rig), undefined)
  })

  it('row 24: nobody is greeted in clear, and clear text ends the connection', async (test) => {
    const rig = await house(test, { services: speaking('implicit') })
    const client = rig.client()
    client.say('EHLO c.example\r\n')
    assert.doesNotMatch(await client.rest(), /220|250|554/)
    assert.deepEqual(rig.contexts, [])
    await emptied(rig)
  })

  it('row 34: a client that does not finish its handshake is let go in time', async (test) => {
    const rig = await house(test, { services: speaking('implicit'), limits: { tls_timeout: 10 } })
    const client = rig.client()
    await once(client.socket, 'connect')
    while (rig.server.connections() === 0) await immediate()
    await trickle(client, rig)
    assert.equal(await client.rest(), '')
    await emptied(rig)
    assert.equal(rig.clock.pending(), 0)
  })

  it('somebody in a handshake does not stop a server that is told to end', async (test) => {
    const rig = await house(test, { services: speaking('implicit') })
    const client = rig.client()
    await once(client.socket, 'connect')
    while (rig.server.connections() === 0) await immediate()
    await rig.server.close({ grace: 30 })
    assert.equal(await client.rest(), '')
  })

  it('a client that speaks before the greeting is refused', async (test) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof verdict>>()
    const rig = await house(test, { services: speaking('implicit'), policy: { connect: () => promise } })
    const client = implicit(rig)
    client.say('EHLO c.example\r\n')
    assert.equal(await client.hear('\r\n'), '554 5.5.1 You spoke before the greeting\r\n')
    resolve(verdict('OK'))
  })

  it('a client that is cut off in the middle of its content has sent nothing', async (test) => {
    const rig = await house(test, { services: speaking('implicit'), policy: ACCEPTING })
    const client = implicit(rig)
    await client.hear(GREETING)
    client.say('HELO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<r@example.org>\r\nDATA\r\n')
    await client.hear('its own\r\n')
    client.say('Subject: hi\r\n\r\nhello\r\n')
    client.socket.destroy()
    await emptied(rig)
    assert.equal(rig.contexts.filter(({ hook }) => hook === 'queue').length, 0)
    assert.equal(rig.clock.pending(), 0)
  })

  it('carries a large message, and a client that does not read', async (test) => {
    const rig = await house(test, { services: speaking('implicit'), policy: ACCEPTING })
    const client = implicit(rig)
    await client.hear(GREETING)
    client.say('HELO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<r@example.org>\r\nDATA\r\n')
    await client.hear('its own\r\n')
    client.say(`Subject: hi\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(5000)}.\r\n`)
    await client.hear('Queued\r\n')
    client.socket.pause()
    client.say(`${'NOOP\r\n'.repeat(90)}QUIT\r\n`)
    client.socket.resume()
    assert.equal((await client.rest()).split('250 2.0.0 OK\r\n').length, 91)
  })

  it('a client that closes its side after the last command is still answered', async (test) => {
    const rig = await house(test, { services: speaking('implicit') })
    const client = implicit(rig)
    await client.hear(GREETING)
    client.socket.end('HELO c.example\r\nQUIT\r\n')
    assert.match(await client.rest(), /^250 [^\n]*\n221 /)
    await emptied(rig)
  })

  it('too many clients are told so before a handshake costs anything', async (test) => {
    const rig = await house(test, { services: speaking('implicit'), limits: { connections: 1 } })
    await implicit(rig).hear(GREETING)
    assert.match(await rig.client().rest(), /^421 /)
  })
})
