/**
 * A proxy in front, over real sockets: who is believed, who is not, and what becomes of those who never say for whom
 * they speak.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import type { HookContext } from '../../src/core/context.ts'
import { verdict } from '../../src/core/verdict.ts'
import { applyEffect } from '../../src/engine/effects.ts'
import { askedFact } from '../support/asked-fact.ts'
import { binaryHeader, ipv4Block, proxyLine, tlsValue, value } from '../support/proxy-header.ts'
import type { SmtpClient } from '../support/smtp-client.ts'
import { immediate } from '../support/immediate.ts'
import { encrypted } from '../support/tls-client.ts'
import { emptied, GREETING, type House, house } from './house.ts'
import { addresses, OURS, speaking } from './tls-house.ts'

const TRUSTED = { mx: { proxies: addresses('127.0.0.0/8') } }
const CLIENT = { remote: { ip: '192.0.2.7', port: 40000 }, local: { ip: '198.51.100.1', port: 25 } }
const LINE = proxyLine(CLIENT)

/** Until the server waits for what the client has to say. */
async function waits(rig: House): Promise<void> {
  while (rig.clock.pending() === 0) await immediate()
}

async function announcing(rig: House, header: string | Buffer): Promise<SmtpClient> {
  const client = rig.client()
  client.say(header.toString('latin1'))
  await client.hear(GREETING)
  return client
}

describe('a translator (NAT64)', () => {
  const service = { ...TRUSTED.mx, nat64: addresses('64:ff9b::/96') }
  const seen = async (test: TestContext, ip: string): Promise<unknown> => {
    const rig = await house(test, { services: { mx: service } })
    const remote = { ip, port: 40000 }
    await announcing(rig, proxyLine({ remote, local: { ip: '2001:db8::1', port: 25 } }))
    return askedFact('remote_ip', rig)
  }

  it('stands for the IPv4 client behind it', async (test) => {
    assert.equal(await seen(test, '64:ff9b::c000:207'), '192.0.2.7')
  })

  it('is nobody else where its network is not named', async (test) => {
    assert.equal(await seen(test, '64:ff9b:1::c000:207'), '64:ff9b:1::c000:207')
  })
})

describe('a trusted proxy', () => {
  it('announces the client, which rules, logs and replies then know', async (test) => {
    const rig = await house(test, { services: TRUSTED })
    const client = await announcing(rig, LINE)
    client.say('HELO c.example\r\n')
    assert.equal(await client.hear('\r\n'), '250 mx.example.org Hi Unknown [192.0.2.7]\r\n')
    const facts = ['remote_ip', 'remote_port', 'local_ip', 'local_port', 'proxy.ip', 'anonymous']
    const known = ['192.0.2.7', 40000, '198.51.100.1', 25, '127.0.0.1', false]
    assert.deepEqual(
      facts.map((name) => askedFact(name, rig)),
      known,
    )
    client.say('NONSENSE\r\n')
    await client.hear('\r\n')
    assert.equal(rig.log.at(-1)?.fields['remote_ip'], '192.0.2.7')
  })

  it('may say more in version 2', async (test) => {
    const rig = await house(test, { services: TRUSTED })
    const tls = tlsValue(0x03, 0, value(0x21, 'TLSv1.3'), value(0x22, 'ann'), value(0x23, 'AEAD'))
    const values = [value(0x02, 'mx.example.org'), value(0x05, 'id7'), tls]
    await announcing(rig, binaryHeader({ family: 0x11, block: ipv4Block(CLIENT), values }))
    const facts = ['authority', 'unique_id', 'tls.protocol', 'tls.cipher', 'tls.client', 'tls.verified']
    assert.deepEqual(
      facts.map((name) => askedFact(`proxy.${name}`, rig)),
      ['mx.example.org', 'id7', 'TLSv1.3', 'AEAD', 'ann', true],
    )
    assert.equal(askedFact('tls', rig), false)
  })

  it('may say it one octet at a time', async (test) => {
    const rig = await house(test, { services: TRUSTED })
    const client = rig.client()
    for (const octet of LINE) {
      client.say(octet)
      await immediate()
    }
    await client.hear(GREETING)
    assert.equal(askedFact('remote_ip', rig), '192.0.2.7')
  })

  it('may stand before STARTTLS', async (test) => {
    const rig = await house(test, { services: { mx: { ...TRUSTED.mx, ...speaking('starttls').mx } } })
    const clear = await announcing(rig, LINE)
    clear.say('STARTTLS\r\n')
    await clear.hear('Ready to start TLS\r\n')
    const client = encrypted(clear, { ca: OURS.cert, servername: 'mx.example.org' })
    client.say('HELO c.example\r\n')
    assert.equal(await client.hear('\r\n'), '250 mx.example.org Hi Unknown [192.0.2.7]\r\n')
  })

  it('may stand before TLS from the start, in one go with the ClientHello', async (test) => {
    const rig = await house(test, { services: { mx: { ...TRUSTED.mx, ...speaking('implicit').mx } } })
    const clear = rig.client()
    await once(clear.socket, 'connect')
    clear.socket.cork()
    clear.say(LINE)
    const client = encrypted(clear, { ca: OURS.cert, servername: 'mx.example.org' })
    clear.socket.uncork()
    await client.hear(GREETING)
    assert.deepEqual([askedFact('remote_ip', rig), askedFact('tls', rig)], ['192.0.2.7', true])
  })

  it('whose client speaks before the greeting has it refused all the same', async (test) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof verdict>>()
    const rig = await house(test, { services: TRUSTED, policy: { connect: () => promise } })
    const client = rig.client()
    client.say(`${LINE}EHLO c.example\r\n`)
    assert.equal(await client.hear('\r\n'), '554 5.5.1 You spoke before the greeting\r\n')
    resolve(verdict('OK'))
  })

  it('has as many connections as its clients may have, each of them for itself', async (test) => {
    const rig = await house(test, { services: TRUSTED, limits: { connections_per_client: 1 } })
    await announcing(rig, LINE)
    await announcing(rig, LINE.replace('192.0.2.7', '192.0.2.8'))
    const third = rig.client()
    third.say(LINE)
    assert.equal(await third.rest(), '421 4.7.0 Too many connections, try again later\r\n')
    assert.equal(rig.log.at(-1)?.fields['remote_ip'], '192.0.2.7')
  })

  it('that says nothing yet counts among all connections', async (test) => {
    const rig = await house(test, { services: TRUSTED, limits: { connections: 1 } })
    const first = rig.client()
    await once(first.socket, 'connect')
    await waits(rig)
    assert.equal(await rig.client().rest(), '')
  })
})

describe('row 29: a trusted proxy', () => {
  for (const [what, said] of [
    ['that announces nobody and speaks SMTP', 'EHLO c.example\r\n'],
    ['whose header is malformed', LINE.replace('192', '0192')],
    ['whose binary header is malformed', binaryHeader({ family: 0x11, block: Buffer.alloc(3) }).toString('latin1')],
    ['that speaks TLS at once', '\x16\x03\x01\x02\x00\x01'],
  ] as const)
    it(`${what} is let go without a word`, async (test) => {
      const rig = await house(test, { services: TRUSTED })
      const client = rig.client()
      client.say(said)
      assert.equal(await client.rest(), '')
      assert.deepEqual(rig.contexts, [])
      assert.equal(rig.log.at(-1)?.text, 'a proxy did not announce its client')
      await emptied(rig)
      assert.equal(rig.clock.pending(), 0)
    })

  it('that does not finish its header is let go after five seconds, however slowly it goes on', async (test) => {
    const rig = await house(test, { services: TRUSTED })
    const client = rig.client()
    for (const octet of LINE.slice(0, 5)) {
      client.say(octet)
      await waits(rig)
      for (let turn = 0; turn < 5; turn += 1) await immediate()
      assert.equal(client.socket.readyState, 'open')
      rig.clock.advance(1000)
    }
    assert.equal(await client.rest(), '')
    assert.deepEqual([rig.contexts, rig.clock.pending()], [[], 0])
  })

  it('that hangs up before its header is whole leaves nothing', async (test) => {
    const rig = await house(test, { services: TRUSTED })
    const client = rig.client()
    client.socket.end(LINE.slice(0, -1))
    assert.equal(await client.rest(), '')
    while (rig.clock.pending() > 0) await immediate()
    assert.deepEqual(rig.contexts, [])
  })

  it('that has not said anything does not stop a server that is told to end', async (test) => {
    const rig = await house(test, { services: TRUSTED })
    const client = rig.client()
    await waits(rig)
    await rig.server.close({ grace: 30 })
    assert.equal(await client.rest(), '')
    assert.equal(rig.clock.pending(), 0)
  })
})

describe('row 28: a stranger', () => {
  const STRANGERS = { mx: { proxies: addresses('192.0.2.1'), xclient: addresses('192.0.2.1') } }

  it('that announces somebody before the greeting is refused, and is who it is', async (test) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof verdict>>()
    const rig = await house(test, { services: STRANGERS, policy: { connect: () => promise } })
    const client = rig.client()
    client.say(LINE)
    assert.equal(await client.hear('\r\n'), '554 5.5.1 You spoke before the greeting\r\n')
    assert.equal(askedFact('remote_ip', rig), '127.0.0.1')
    resolve(verdict('OK'))
  })

  it('that announces somebody afterwards says a command that is none', async (test) => {
    const rig = await house(test, { services: STRANGERS })
    const client = rig.client()
    await client.hear(GREETING)
    client.say(`${LINE}XCLIENT ADDR=192.0.2.9\r\nXFORWARD ADDR=192.0.2.9\r\nEHLO c.example\r\n`)
    const heard = await client.hear('RCPTMAX=1000\r\n')
    assert.match(heard, /^(?:500 5\.5\.1 Unrecognized command\r\n){3}250-/)
    assert.doesNotMatch(heard, /XCLIENT|XFORWARD/)
    assert.deepEqual([askedFact('remote_ip', rig), askedFact('proxy.ip', rig)], ['127.0.0.1', undefined])
  })

  it('that begins with a binary header hears that this is none of ours', async (test) => {
    const rig = await house(test, { services: STRANGERS })
    const client = rig.client()
    await client.hear(GREETING)
    client.say(binaryHeader({ family: 0x11, block: ipv4Block(CLIENT) }).toString('latin1'))
    assert.match(await client.rest(), /500 5\.5\.2 Bare CR, bare LF or NUL in a command/)
  })
})

describe('a client nobody knows', () => {
  const relay = (context: HookContext) => {
    applyEffect({ kind: 'set_flag', flag: 'relay_client', value: true }, context, 'relay')
    applyEffect({ kind: 'set_flag', flag: 'immune', value: true }, context, 'whitelist')
    return verdict('DECLINED')
  }
  const services = { mx: { ...TRUSTED.mx, xclient: addresses('127.0.0.0/8'), xforward: addresses('127.0.0.0/8') } }

  for (const [what, header] of [
    ['UNKNOWN', Buffer.from('PROXY UNKNOWN\r\n')],
    ['LOCAL', binaryHeader({ command: 0x20, family: 0, block: Buffer.alloc(0) })],
  ] as const)
    it(`(${what}) is let in with the proxy’s address, which grants nothing`, async (test) => {
      const rig = await house(test, { services, policy: { connect: relay } })
      const client = await announcing(rig, header)
      client.say('EHLO c.example\r\n')
      assert.doesNotMatch(await client.hear('RCPTMAX=1000\r\n'), /XCLIENT|XFORWARD/)
      const facts = ['remote_ip', 'anonymous', 'relay_client', 'immune', 'proxy.ip']
      assert.deepEqual(
        facts.map((name) => askedFact(name, rig)),
        ['127.0.0.1', true, false, false, '127.0.0.1'],
      )
    })

  it('may still log in', async (test) => {
    const helo = (context: HookContext) => {
      context.connection.auth = { user: 'ann', mechanism: 'PLAIN' }
      return relay(context)
    }
    const rig = await house(test, { services, policy: { helo } })
    const client = await announcing(rig, 'PROXY UNKNOWN\r\n')
    client.say('HELO c.example\r\n')
    await client.hear('\r\n')
    assert.equal(askedFact('relay_client', rig), true)
  })
})
