/** Our trace field: true to what is known, and nothing the client chose can pass for it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canonicalDomain } from '../../src/core/mail/domain.ts'
import type { DnsAnswer } from '../../src/core/ports.ts'
import type { Connection } from '../../src/core/session.ts'
import { Unknown } from '../../src/core/truth.ts'
import { receivedField } from '../../src/smtp/received.ts'
import { lookUpRemoteHost } from '../../src/smtp/remote-host.ts'
import { smtpConnection } from '../support/smtp-rig.ts'

function received(state: Partial<Connection>, ip?: string, smtputf8 = false): string {
  const connection = Object.assign(smtpConnection(ip), state)
  return receivedField({ connection, hostname: 'mx.example.org', id: 't1', now: 0, smtputf8 }).value
}

const BY = 'by mx.example.org with'
const TAIL = 'id t1; Thu, 01 Jan 1970 00:00:00 +0000'

describe('a Received field', () => {
  it('says how the client called itself, its name by DNS, and its address', () => {
    assert.equal(
      received({ hello: { verb: 'EHLO', name: 'client.example' }, remoteHost: 'ptr.example' }),
      `from client.example (ptr.example [192.0.2.7]) ${BY} ESMTP ${TAIL}`,
    )
    assert.equal(
      received(
        { hello: { verb: 'HELO', name: '[IPv6:2001:db8::7]' }, remoteHost: new Unknown('SERVFAIL') },
        '2001:db8::7',
      ),
      `from [IPv6:2001:db8::7] ([IPv6:2001:db8::7]) ${BY} SMTP ${TAIL}`,
    )
  })

  it('names the protocol as RFC 3848 and RFC 6531 do', () => {
    const [tls, auth] = [
      { protocol: 'TLSv1.3', cipher: 'x' },
      { user: 'ann', mechanism: 'PLAIN' },
    ]
    const hello = { verb: 'EHLO', name: 'c' } as const
    const protocol = (state: Partial<Connection>): string =>
      / with (\S+) /.exec(received({ hello, ...state }))?.[1] ?? ''
    assert.deepEqual([{}, { tls }, { auth }, { tls, auth }].map(protocol), ['ESMTP', 'ESMTPS', 'ESMTPA', 'ESMTPSA'])
    assert.equal(protocol({ tls, hello: { verb: 'LHLO', name: 'x' } }), 'LMTPS')
    assert.equal(protocol({ tls, hello: { verb: 'HELO', name: 'x' } }), 'SMTP')
    assert.match(received({ hello, tls, auth }, undefined, true), / with UTF8SMTPSA id /)
    assert.match(received({ hello: { verb: 'LHLO', name: 'x' } }, undefined, true), / with UTF8LMTP id /)
  })

  it('lets no HELO close the comment, begin one, or end the field', () => {
    const value = received({ hello: { verb: 'HELO', name: 'x(friend[198.51.100.1])by"<mx>;\\,a' } })
    assert.equal(value, `from x?friend[198.51.100.1]?by??mx????a ([192.0.2.7]) ${BY} SMTP ${TAIL}`)
  })
})

describe('the name of the client', () => {
  const names: Readonly<Record<string, readonly [DnsAnswer, string | undefined]>> = {
    'is its PTR record': [{ kind: 'found', records: ['Mail.Example.'] }, 'mail.example'],
    'is the first that is a name': [{ kind: 'found', records: ['a b', 'x\r\ny', 'ok.example'] }, 'ok.example'],
    'is absent when no record is a name': [
      { kind: 'found', records: ['', 'a..b', `${'a'.repeat(64)}.example`] },
      undefined,
    ],
    'is absent when there is none': [{ kind: 'none' }, undefined],
  }
  for (const [what, [answer, name]] of Object.entries(names)) {
    it(what, async () => assert.equal(await lookUpRemoteHost({ resolve: async () => answer }, '192.0.2.7'), name))
  }

  it('is unknown when the look-up failed', async () => {
    const host = await lookUpRemoteHost({ resolve: async () => ({ kind: 'failed', because: 'SERVFAIL' }) }, '192.0.2.7')
    assert.deepEqual(host, new Unknown('SERVFAIL'))
  })

  it('is asked for under the reversed address', async () => {
    const asked: string[] = []
    const resolve = async (name: string, type: string): Promise<DnsAnswer> => {
      asked.push(`${name} ${type}`)
      return { kind: 'none' }
    }
    await lookUpRemoteHost({ resolve }, '192.0.2.7')
    await lookUpRemoteHost({ resolve }, '2001:db8::7')
    assert.equal(asked[0], '7.2.0.192.in-addr.arpa PTR')
    assert.equal(asked[1], `7.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa PTR`)
    assert.ok(asked.every((name) => canonicalDomain(name.split(' ')[0] ?? '') !== undefined))
  })
})
