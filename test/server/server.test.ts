/** The server over real sockets: listeners, limits, deadlines, clients that do not read, reset or linger. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { createTransport } from 'nodemailer'
import type { HookContext } from '../../src/core/context.ts'
import { verdict } from '../../src/core/verdict.ts'
import { type SmtpClient, smtpClient } from '../support/smtp-client.ts'
import { immediate } from '../support/immediate.ts'
import { ACCEPTING } from '../support/smtp-rig.ts'
import { emptied, GREETING, greeted, HELLO, house, inContent, MX, siteOf } from './house.ts'

describe('listening', () => {
  it('on several addresses, whose names rules see', async (test) => {
    const rig = await house(test, { listeners: [MX, { name: 'submission', address: '127.0.0.1', port: 0 }] })
    assert.deepEqual(
      rig.server.addresses.map(({ name }) => name),
      ['mx', 'submission'],
    )
    const client = smtpClient(rig.server.addresses[1]?.port ?? 0)
    await client.hear(GREETING)
    client.say('QUIT\r\n')
    await client.rest()
    const { connection } = rig.contexts[0] ?? assert.fail('no hook was asked')
    assert.equal(connection.listener, 'submission')
    assert.equal(connection.local.port, rig.server.addresses[1]?.port)
    assert.deepEqual([connection.remote.ip, connection.local.ip], ['127.0.0.1', '127.0.0.1'])
    assert.equal(connection.env.get('RELAYCLIENT'), '')
  })

  it('sees IPv4 clients of an IPv6 socket as IPv4 clients', async (test) => {
    const rig = await house(test, { listeners: [{ name: 'mx', address: '::', port: 0 }] })
    await greeted(rig)
    assert.equal(rig.contexts[0]?.connection.remote.ip, '127.0.0.1')
  })

  it('on all addresses or on none', async (test) => {
    const rig = await house(test)
    const taken = rig.server.addresses[0]?.port ?? 0
    const free = await house(test)
    const port = free.server.addresses[0]?.port ?? 0
    await free.server.close({ grace: 0 })
    const listeners = [
      { ...MX, port },
      { ...MX, port: taken },
    ]
    await assert.rejects(house(test, { listeners }), /^Error: Cannot listen on 127.0.0.1 port \d+: /)
    await assert.rejects(smtpClient(port).hear('220'), /hung up/)
  })

  it('a session keeps the site it began with', async (test) => {
    const rig = await house(test)
    const old = await greeted(rig)
    rig.site = siteOf({}, 'new.example.org')
    const fresh = rig.client()
    await fresh.hear('220 new.example.org ESMTP Postern ready\r\n')
    old.say('HELO c.example\r\n')
    await old.hear(HELLO)
  })
})

describe('a real client', () => {
  it('delivers a message with dots and long lines', async (test) => {
    let body = ''
    const queue = ({ transaction }: HookContext) => {
      body = transaction?.message?.body.head(100_000).toString('latin1') ?? ''
      return verdict('OK', 'Queued as 7')
    }
    const rig = await house(test, { policy: { ...ACCEPTING, queue } })
    const port = rig.server.addresses[0]?.port ?? 0
    const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true })
    const text = `.\r\n..\r\n.dot\r\n${'long '.repeat(1000)}`
    const { response } = await transport.sendMail({
      from: 'a@b.example',
      to: 'c@example.org',
      raw: `Subject: hi\r\n\r\n${text}`,
    })
    assert.equal(response, '250 2.0.0 Queued as 7')
    assert.equal(body, `${text}\r\n`)
  })
})

describe('limits', () => {
  it('of one client: 421, and a place again when it leaves', async (test) => {
    const rig = await house(test, { limits: { connections_per_client: 2 } })
    const [first] = [await greeted(rig), await greeted(rig)]
    assert.equal(await rig.client().rest(), '421 4.7.0 Too many connections, try again later\r\n')
    assert.equal(rig.log.at(-1)?.fields['limit'], 'connections_per_client')
    first?.say('QUIT\r\n')
    await first?.rest()
    while (rig.server.connections() > 1) await immediate()
    await greeted(rig)
  })

  it('may be those of rules, which know how many sessions a client has', async (test) => {
    const pre_connection = ({ connection: { clientSessions = 0 } }: HookContext) =>
      clientSessions > 2 ? verdict('DENYSOFT', `${clientSessions} are too many`) : verdict('DECLINED')
    const rig = await house(test, { policy: { pre_connection } })
    const [first] = [await greeted(rig), await greeted(rig)]
    assert.equal(await rig.client().rest(), '421 4.7.1 3 are too many\r\n')
    first?.say('QUIT\r\n')
    await first?.rest()
    while (rig.server.connections() > 1) await immediate()
    await greeted(rig)
  })

  it('of all clients', async (test) => {
    const rig = await house(test, { limits: { connections: 1 } })
    await greeted(rig)
    assert.equal(await rig.client().rest(), '421 4.7.0 Too many connections, try again later\r\n')
  })

  it('of time for a command, however slowly it comes', async (test) => {
    const rig = await house(test, { limits: { command_timeout: 10 } })
    const client = await greeted(rig)
    rig.clock.advance(9000)
    client.say('NO')
    client.say('OP\r\nNO')
    await client.hear('250 2.0.0 OK\r\n')
    rig.clock.advance(9999)
    rig.clock.advance(1)
    assert.equal(await client.rest(), '421 4.4.2 Timeout\r\n')
  })
})

describe('a client that', () => {
  it('never reads is not read from, and misses nothing when it does', async (test) => {
    const [count, text] = [60_000, 'x'.repeat(400)]
    const rig = await house(test, { policy: { noop: verdict('OK', text) }, limits: { junk_commands: count } })
    const client = await greeted(rig)
    client.socket.pause()
    client.say('NOOP\r\n'.repeat(count))
    let before = -1
    for (let still = 0; still < 200; still += 1) {
      if (rig.contexts.length !== before) still = 0
      before = rig.contexts.length
      await immediate()
    }
    const answered = rig.contexts.filter(({ hook }) => hook === 'noop').length
    assert.ok(answered < count, `${answered} were answered without anybody listening`)
    client.say('QUIT\r\n')
    client.socket.resume()
    const replies = (await client.rest()).split('\r\n')
    assert.equal(replies.filter((reply) => reply === `250 2.0.0 ${text}`).length, count)
  })

  it('closes its side after the last command is still answered', async (test) => {
    const client = (await house(test)).client()
    await client.hear(GREETING)
    client.socket.end('HELO c.example\r\nQUIT\r\n')
    assert.equal(await client.rest(), `${HELLO}221 2.0.0 mx.example.org closing connection. Have a wonderful day.\r\n`)
  })

  it('speaks first is refused', async (test) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof verdict>>()
    const rig = await house(test, { policy: { connect: () => promise } })
    const client = rig.client()
    client.say('EHLO c.example\r\n')
    assert.equal(await client.hear('\r\n'), '554 5.5.1 You spoke before the greeting\r\n')
    client.socket.end()
    resolve(verdict('OK'))
    assert.equal(await client.rest(), '')
  })

  it('is refused in the middle of its content hears why, though it goes on sending', async (test) => {
    const rig = await house(test, { policy: ACCEPTING })
    const client = await inContent(rig)
    client.say(`Subject: hi\r\n\r\nbare\n`)
    for (let count = 0; count < 80; count += 1) client.say(`${'x'.repeat(65_534)}\r\n`)
    assert.equal(await client.hear('\r\n'), '554 5.5.2 The message has a bare CR or LF; lines end in CRLF\r\n')
  })

  it('does not hang up after the last reply is left after five seconds', async (test) => {
    const rig = await house(test)
    const client = smtpClient(rig.server.addresses[0]?.port ?? 0)
    client.socket.allowHalfOpen = true
    await client.hear(GREETING)
    client.say('QUIT\r\n')
    await client.hear('\r\n')
    await once(client.socket, 'end')
    assert.equal(rig.server.connections(), 1)
    rig.clock.advance(5000)
    await emptied(rig)
    assert.equal(rig.clock.pending(), 0)
    client.socket.destroy()
  })

  it('resets the connection at any time hurts nobody else, and leaves nothing', async (test) => {
    const rig = await house(test, { policy: ACCEPTING })
    const before: readonly (() => Promise<SmtpClient>)[] = [
      async () => rig.client(),
      () => greeted(rig),
      () => inContent(rig),
    ]
    for (const reach of before) {
      const client = await reach()
      client.say('NOOP\r\nNOOP\r\n')
      client.socket.resetAndDestroy()
      await client.rest()
    }
    await emptied(rig)
    const client = await greeted(rig)
    client.say('QUIT\r\n')
    await client.rest()
    await emptied(rig)
    assert.equal(rig.clock.pending(), 0)
    assert.equal(rig.contexts.filter(({ hook }) => hook === 'queue').length, 0)
  })
})
