/** HAProxy in front: both versions of its protocol, and TLS that it ends itself. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { connect } from 'node:net'
import { clientOver, type SmtpClient } from '../../support/smtp-client.ts'
import { answering, skipWithout, Workplace } from '../../support/real/workplace.ts'
import { freePort } from '../../support/free-port.ts'
import { startTls } from '../../support/tls-client.ts'
import { OURS, serveTls, told } from './site.ts'

const skip = skipWithout({ '/usr/sbin/haproxy': 'haproxy' }, false)

/** Not the address that HAProxy itself comes from. */
const CLIENT = '127.0.0.5'

interface Front {
  /** `crt` and the like. */
  readonly bind?: string
  readonly send: string
  /** Whether somebody greets in clear text. */
  readonly isClear: boolean
}

async function haproxy(test: TestContext, behind: number, { bind = '', send, isClear }: Front): Promise<number> {
  const [place, port] = [await Workplace.make('haproxy'), await freePort()]
  test.after(() => place.remove())
  const { cert, key } = OURS.issue({ subject: 'front.example', names: ['front.example'] })
  await place.write('front.pem', cert + key)
  await place.write('ca.pem', OURS.cert)
  const lines = [
    'defaults',
    '  mode tcp',
    '  timeout connect 5s',
    '  timeout client 20s',
    '  timeout server 20s',
    'listen front',
    `  bind 127.0.0.1:${port} ${bind.replaceAll('DIR', place.path)}`,
    '  unique-id-format %{+X}o%ci-%rt',
    `  server postern 127.0.0.1:${behind} ${send}`,
    '',
  ]
  place.start('/usr/sbin/haproxy', ['-db', '-f', await place.write('haproxy.cfg', lines.join('\n'))])
  await (isClear ? answering({ port }) : listening(port))
  return port
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const answer = await new Promise((resolve) =>
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
    )
    socket.destroy()
    if (answer === true) return
  }
}

async function ask(client: SmtpClient): Promise<Readonly<Record<string, string>>> {
  client.say('EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<tell@example.org>\r\nQUIT\r\n')
  return told((await client.rest()).replaceAll('\r', ''))
}

async function greeted(client: SmtpClient): Promise<SmtpClient> {
  await client.hear('ready\r\n')
  return client
}

describe('behind HAProxy', { skip }, () => {
  for (const [version, send] of [
    ['1', 'send-proxy'],
    ['2', 'send-proxy-v2'],
    ['2 with a checksum', 'send-proxy-v2 proxy-v2-options crc32c,unique-id'],
  ] as const)
    it(`clients are known by version ${version}`, async (test) => {
      const served = await serveTls(test, '{ name: mx, port: 0, proxy: { from: [127.0.0.1] } }')
      const port = await haproxy(test, served.port, { send, isClear: true })
      const client = clientOver(connect({ port, host: '127.0.0.1', localAddress: CLIENT }))
      const facts = await ask(await startTls(await greeted(client), { ca: OURS.cert, servername: 'mx.example.org' }))
      assert.deepEqual([facts['remote_ip'], facts['proxy.ip'], facts['tls.protocol']], [CLIENT, '127.0.0.1', 'TLSv1.3'])
      assert.equal(facts['proxy.unique_id'] === 'none', !send.includes('unique-id'))
    })

  it('what it knows of TLS and of the name asked for is known', async (test) => {
    const served = await serveTls(test, '{ name: mx, port: 0, proxy: { from: [127.0.0.1] } }', ['workers: 2'])
    const bind = 'ssl crt DIR/front.pem ca-file DIR/ca.pem verify optional'
    const send = 'send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-cn,ssl-cipher,authority,crc32c'
    const port = await haproxy(test, served.port, { bind, send, isClear: false })
    const own = OURS.issue({ subject: 'client.example' })
    const options = {
      port,
      host: '127.0.0.1',
      localAddress: CLIENT,
      ca: OURS.cert,
      servername: 'front.example',
      ...own,
    }
    const facts = await ask(await greeted(clientOver(connectTls(options))))
    const names = ['remote_ip', 'proxy.authority', 'proxy.tls.protocol', 'proxy.tls.client', 'proxy.tls.verified']
    assert.deepEqual(
      names.map((name) => facts[name]),
      [CLIENT, 'front.example', 'TLSv1.3', 'client.example', 'true'],
    )
    assert.equal(facts['tls.protocol'], 'none')
  })

  it('TLS goes through it to us', async (test) => {
    const served = await serveTls(test, '{ name: smtps, port: 0, tls: implicit, proxy: { from: [127.0.0.1] } }')
    const port = await haproxy(test, served.port, { send: 'send-proxy-v2', isClear: false })
    const options = { port, host: '127.0.0.1', localAddress: CLIENT, ca: OURS.cert, servername: 'mx.example.org' }
    const facts = await ask(await greeted(clientOver(connectTls(options))))
    assert.deepEqual([facts['remote_ip'], facts['tls.server_name']], [CLIENT, 'mx.example.org'])
  })
})
