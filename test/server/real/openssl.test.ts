/** `openssl s_client`: certificates by name, versions, renegotiation, resumption, and a certificate that is renewed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fingerprint } from '../../support/certificates.ts'
import { skipWithout } from '../../support/real/workplace.ts'
import { said, serveTls } from './site.ts'

const skip = skipWithout({ '/usr/bin/openssl': 'openssl' }, false)

function client(port: number | undefined, args: readonly string[], input = 'QUIT\r\n'): Promise<string> {
  return said('openssl', ['s_client', '-ign_eof', '-connect', `127.0.0.1:${port}`, ...args], input)
}

const STARTTLS = ['-starttls', 'smtp']

describe('openssl s_client', { skip }, () => {
  it('verifies the chain and the name, after STARTTLS and from the start', async (test) => {
    const served = await serveTls(test, '{ name: mx, port: 0 }, { name: smtps, port: 0, tls: implicit }')
    const trust = ['-CAfile', served.path('ca.pem'), '-verify_return_error', '-verify_hostname', 'mx.example.org']
    for (const [name, more, said] of [
      ['mx', STARTTLS, /^221 2\.0\.0 mx\.example\.org closing connection/m],
      // It does not wait for the greeting.
      ['smtps', [], /^(?:221|554) /m],
    ] as const) {
      const heard = await client(served.ports.get(name), [...more, ...trust, '-servername', 'mx.example.org'])
      assert.match(heard, /Verify return code: 0 \(ok\)/)
      assert.match(heard, /Acceptable client certificate CA names\nCN = Postern test authority/)
      assert.match(heard, said)
    }
  })

  it('speaks TLS 1.2 and 1.3, and nothing older', async (test) => {
    const served = await serveTls(test, '{ name: mx, port: 0 }')
    for (const version of ['-tls1_2', '-tls1_3'])
      assert.match(await client(served.port, [...STARTTLS, version]), /221 2\.0\.0/)
    const old = await client(served.port, [...STARTTLS, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'])
    assert.doesNotMatch(old, /221 2\.0\.0/)
    assert.match(await client(served.port, STARTTLS), /221 2\.0\.0/)
  })

  it('may not renegotiate', async (test) => {
    const served = await serveTls(test, '{ name: mx, port: 0 }')
    const heard = await said(
      'openssl',
      ['s_client', '-connect', `127.0.0.1:${served.port}`, ...STARTTLS, '-tls1_2'],
      'R\n',
    )
    assert.match(heard, /RENEGOTIATING[^]*no renegotiation/)
  })

  it('resumes sessions', async (test) => {
    const served = await serveTls(test, '{ name: mx, port: 0, tls: implicit }')
    const heard = await client(served.port, ['-tls1_2', '-reconnect'])
    assert.equal(heard.split('Reused, TLSv1.2').length - 1, 5)
  })

  for (const workers of [1, 2])
    it(`gets the renewed certificate after SIGHUP, with ${workers} workers`, async (test) => {
      const served = await serveTls(test, '{ name: mx, port: 0 }', [`workers: ${workers}`])
      const shown = async (): Promise<string> => {
        const heard = await client(served.port, STARTTLS)
        const [pem = ''] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(heard) ?? []
        return fingerprint(pem)
      }
      const before = await shown()
      const { cert } = served.renew()
      assert.notEqual(fingerprint(cert), before)
      served.child.kill('SIGHUP')
      await served.says(/the site was loaded again/)
      assert.equal(await shown(), fingerprint(cert))
      served.write('mx.key', 'broken')
      served.child.kill('SIGHUP')
      await served.says(/holds no private key that can be read[^]*the rules of before go on/)
      assert.equal(await shown(), fingerprint(cert))
    })
})
