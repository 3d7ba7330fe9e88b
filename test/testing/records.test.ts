/** Recorded sessions: what they leave out, how they are merged, what DNS answers in them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fixtureResolver } from '../../src/testing/fixture-resolver.ts'
import { connectionOf, mergeRecords, recipientsOf, timeOf } from '../../src/testing/session-record.ts'

describe('a recorded session', () => {
  it('is of a client from the documentation network, when it says nothing', () => {
    const { remote, local, listener, remoteHost, relayClient, immune, auth, tls, score } = connectionOf({}, 7)
    assert.deepEqual([remote.ip, local.ip, local.port, listener], ['192.0.2.1', '198.51.100.1', 25, 'smtp'])
    assert.deepEqual(
      [remoteHost, relayClient, immune, auth, tls, score],
      [undefined, false, false, undefined, undefined, 0],
    )
  })

  it('has addresses in their one form', () => {
    assert.equal(connectionOf({ remote_ip: '2001:DB8:0::1' }, 0).remote.ip, '2001:db8::1')
    assert.equal(connectionOf({ remote_ip: '::ffff:192.0.2.7' }, 0).remote.ip, '192.0.2.7')
  })

  it('with an address or a time that is none says so', () => {
    assert.throws(() => connectionOf({ remote_ip: '192.0.2.256' }, 0), /^Error: `192\.0\.2\.256` is no IP address$/)
    assert.throws(() => timeOf({ now: 'tomorrow' }, 0), /^Error: `tomorrow` is no time/)
  })

  it('may know who logged in, and over what', () => {
    const { auth, tls } = connectionOf({ auth: { user: 'ann' }, tls: { protocol: 'TLSv1.2' } }, 0)
    assert.deepEqual(auth, { user: 'ann', mechanism: 'PLAIN' })
    assert.deepEqual(tls, { protocol: 'TLSv1.2', cipher: 'TLS_AES_256_GCM_SHA384' })
  })

  it('has one recipient, several, or none', () => {
    assert.deepEqual(recipientsOf({ rcpt: 'a@example.org' }), ['a@example.org'])
    assert.deepEqual(recipientsOf({ rcpt: ['a@example.org', 'b@example.org'] }), ['a@example.org', 'b@example.org'])
    assert.deepEqual(recipientsOf({}), [])
  })

  it('is merged over another: environment, DNS, answers and notes key by key, the rest as a whole', () => {
    const merged = mergeRecords(
      {
        helo: 'a',
        rcpt: ['x@example.org'],
        env: { A: '1', B: '2' },
        dns: { 'a A': 'TIMEOUT' },
        answers: { clamd: 'hit', spamd: 'hit' },
        notes: { connection: { x: 1 } },
      },
      {
        helo: 'b',
        rcpt: 'y@example.org',
        env: { B: '3' },
        dns: { 'b A': [] },
        answers: { spamd: 'miss' },
        notes: { transaction: { y: true } },
      },
    )
    assert.deepEqual(merged, {
      helo: 'b',
      rcpt: 'y@example.org',
      env: { A: '1', B: '3' },
      dns: { 'a A': 'TIMEOUT', 'b A': [] },
      answers: { clamd: 'hit', spamd: 'miss' },
      policies: {},
      sources: {},
      notes: { connection: { x: 1 }, transaction: { y: true } },
    })
  })
})

describe('DNS in a recorded session', () => {
  const missing: string[] = []
  const resolver = fixtureResolver(
    {
      'Host.Example. a': ['192.0.2.1', '192.0.2.2'],
      'one.example TXT': 'only one',
      'slow.example A': 'TIMEOUT',
      'broken.example MX': 'SERVFAIL',
      'gone.example A': 'NXDOMAIN',
      'empty.example A': [],
      'plain.example': ['192.0.2.9'],
    },
    (question) => {
      missing.push(question)
      return { kind: 'none' }
    },
  )
  const ANSWERS = [
    ['host.example', 'A', { kind: 'found', records: ['192.0.2.1', '192.0.2.2'] }],
    ['HOST.example.', 'A', { kind: 'found', records: ['192.0.2.1', '192.0.2.2'] }],
    ['one.example', 'TXT', { kind: 'found', records: ['only one'] }],
    ['slow.example', 'A', { kind: 'failed', because: 'TIMEOUT' }],
    ['broken.example', 'MX', { kind: 'failed', because: 'SERVFAIL' }],
    ['gone.example', 'A', { kind: 'none' }],
    ['empty.example', 'A', { kind: 'none' }],
    ['plain.example', 'A', { kind: 'found', records: ['192.0.2.9'] }],
  ] as const
  for (const [name, type, answer] of ANSWERS)
    it(`${name} ${type}`, async () => {
      assert.deepEqual(await resolver.resolve(name, type), answer)
    })

  it('names the question that has no answer', async () => {
    await resolver.resolve('Other.example', 'AAAA')
    assert.deepEqual(missing, ['Other.example AAAA'])
  })
})
