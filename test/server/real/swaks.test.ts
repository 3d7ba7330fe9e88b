/** swaks, a client that somebody else wrote: TLS in both forms, client certificates, the PROXY protocol, XCLIENT. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { skipWithout } from '../../support/real/workplace.ts'
import { said, serveTls, told } from './site.ts'

const hasTls = (): boolean => /TLS supported/.test(spawnSync('swaks', ['--support'], { encoding: 'utf8' }).stdout)
const skip =
  skipWithout({ '/usr/bin/swaks': 'swaks' }, false) ||
  (!hasTls() && 'swaks needs Net::SSLeay for TLS (Debian package libnet-ssleay-perl)')

const MESSAGE = ['--from', 'ann@friend.example', '--helo', 'client.example']

function swaks(port: number | undefined, ...args: readonly string[]): Promise<string> {
  return said('swaks', ['--server', `127.0.0.1:${port}`, ...MESSAGE, ...args])
}

const TO = ['--to', 'bob@example.org']
const ASK = ['--to', 'tell@example.org']

describe('swaks', { skip }, () => {
  it('sends mail over STARTTLS and over TLS from the start, and checks our certificate', async (test) => {
    const served = await serveTls(test, '{ name: mx, port: 0 }, { name: smtps, port: 0, tls: implicit }')
    const trust = ['--tls-verify', '--tls-ca-path', served.path('ca.pem'), '--tls-sni', 'mx.example.org']
    const [mx, smtps] = [served.ports.get('mx'), served.ports.get('smtps')]
    for (const [port, how] of [
      [mx, '--tls'],
      [smtps, '--tls-on-connect'],
    ] as const) {
      assert.match(await swaks(port, how, ...trust, ...TO), /<~\s+250 2\.0\.0 Queued/)
      const { 'tls.protocol': protocol, 'tls.server_name': name } = told(await swaks(port, how, ...trust, ...ASK))
      assert.deepEqual([protocol, name], ['TLSv1.3', 'mx.example.org'])
    }
  })

  it('shows a certificate', async (test) => {
    const served = await serveTls(test, '{ name: mx, port: 0 }')
    const own = ['--tls-cert', served.path('client.pem'), '--tls-key', served.path('client.key')]
    const facts = told(await swaks(served.port, '--tls', ...own, ...ASK))
    assert.deepEqual([facts['tls.client.subject'], facts['tls.client.verified']], ['CN=client.example', 'true'])
  })

  it('is sent away without TLS where it is required', async (test) => {
    const served = await serveTls(test, '{ name: mx, port: 0, require_tls: true }')
    assert.match(await swaks(served.port, ...TO), /<\*\* 530 5\.7\.0 Must issue a STARTTLS command first/)
    assert.match(await swaks(served.port, '--tls', ...TO), /<~\s+250 2\.0\.0 Queued/)
  })

  for (const version of [1, 2])
    it(`announces a client with the PROXY protocol, version ${version}, also before STARTTLS`, async (test) => {
      const served = await serveTls(test, '{ name: mx, port: 0, proxy: { from: [127.0.0.1] } }')
      const ends = ['--proxy-source', '192.0.2.99', '--proxy-source-port', '4711', '--proxy-dest', '192.0.2.1']
      const family = ['--proxy-version', String(version), '--proxy-family', version === 1 ? 'TCP4' : 'AF_INET']
      for (const more of [[], ['--tls']]) {
        const facts = told(await swaks(served.port, ...family, ...ends, '--proxy-dest-port', '25', ...more, ...ASK))
        assert.deepEqual(
          [facts['remote_ip'], facts['proxy.ip'], facts['anonymous']],
          ['192.0.2.99', '127.0.0.1', 'false'],
        )
      }
    })

  it('names another client with XCLIENT where it may, and only there', async (test) => {
    const listen = '{ name: mx, port: 0, xclient: { from: [127.0.0.1] } }, { name: other, port: 0 }'
    const served = await serveTls(test, listen)
    const xclient = ['--xclient-addr', '192.0.2.99', '--xclient-name', 'c.example', '--xclient-login', 'ann']
    const facts = told(await swaks(served.ports.get('mx'), ...xclient, ...ASK))
    assert.deepEqual([facts['remote_ip'], facts['auth.user'], facts['helo']], ['192.0.2.99', 'ann', 'client.example'])
    assert.match(
      await swaks(served.ports.get('other'), ...xclient, ...ASK),
      /does not advertise|not advertised|XCLIENT/,
    )
    const stranger = told(await swaks(served.ports.get('other'), ...ASK))
    assert.equal(stranger['remote_ip'], '127.0.0.1')
  })
})
