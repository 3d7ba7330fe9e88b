import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { RecordType, Resolver } from '../../src/core/ports.ts'
import { dnsResolver, openResolver } from '../../src/ports/dns/dns-resolver.ts'
import { type DnsServer, dnsServer } from '../support/dns-server.ts'
import { fakeClock } from '../support/fake-clock.ts'

const MANY = Array.from({ length: 600 }, (_, index) => `10.0.${index >> 8}.${index & 255}`)

const ZONE = {
  'mx.example A': ['192.0.2.1', '192.0.2.2'],
  'mx.example AAAA': ['2001:db8::1'],
  'example.org MX': ['10 mx.example', '20 backup.example'],
  'example.org TXT': ['v=spf1 |-all', 'other'],
  'example.org NS': ['ns.example'],
  '1.2.0.192.in-addr.arpa PTR': ['mx.example'],
  'www.example CNAME': ['example.org'],
  'broken.example A': 'SERVFAIL',
  'closed.example A': 'REFUSED',
  'slow.example A': 'TIMEOUT',
  'many.example A': MANY,
} as const

describe('dnsResolver', () => {
  let server: DnsServer
  let resolver: Resolver

  before(async () => {
    server = await dnsServer(ZONE)
    resolver = dnsResolver({ servers: [server.address], timeout: 100, attempts: 1 })
  })
  after(() => server.close())

  const found: readonly (readonly [string, RecordType, readonly string[]])[] = [
    ['mx.example', 'A', ['192.0.2.1', '192.0.2.2']],
    ['mx.example', 'AAAA', ['2001:db8::1']],
    ['example.org', 'MX', ['10 mx.example', '20 backup.example']],
    ['example.org', 'TXT', ['v=spf1 -all', 'other']],
    ['example.org', 'NS', ['ns.example']],
    ['1.2.0.192.in-addr.arpa', 'PTR', ['mx.example']],
    ['www.example', 'CNAME', ['example.org']],
  ]
  for (const [name, type, records] of found)
    it(`finds ${type} of ${name}`, async () => {
      const answer = await resolver.resolve(name, type)
      assert.ok(answer.kind === 'found')
      assert.deepEqual(answer.records.toSorted(), [...records].toSorted())
    })

  it('finds none for a name that is not there, and for a type that is not', async () => {
    assert.deepEqual(await resolver.resolve('nowhere.example', 'A'), { kind: 'none' })
    assert.deepEqual(await resolver.resolve('example.org', 'A'), { kind: 'none' })
  })

  const failing: readonly (readonly [string, string])[] = [
    ['broken.example', 'ESERVFAIL'],
    ['closed.example', 'EREFUSED'],
    ['slow.example', 'ETIMEOUT'],
    [`${'x'.repeat(64)}.example`, 'EBADNAME'],
  ]
  for (const [name, because] of failing)
    it(`fails with ${because}`, async () =>
      assert.deepEqual(await resolver.resolve(name, 'A'), { kind: 'failed', because }))

  it('fails when nobody listens', async () => {
    const gone = await dnsServer({})
    await gone.close()
    const answer = await dnsResolver({ servers: [gone.address], timeout: 100, attempts: 1 }).resolve('a.example', 'A')
    assert.equal(answer.kind, 'failed')
  })

  it('refuses servers that are no addresses', () => {
    assert.throws(() => dnsResolver({ servers: ['dns.example'], timeout: 100, attempts: 1 }), TypeError)
  })

  it('asks equal questions once, and thousands without losing any', async () => {
    const shared = openResolver({ servers: [server.address], timeout: 1000, attempts: 3 }, fakeClock())
    const asked = server.questions.length
    const same = Array.from({ length: 50 }, () => shared.resolve('MX.example', 'A'))
    assert.equal(new Set((await Promise.all(same)).map(({ kind }) => kind)).size, 1)
    await shared.resolve('mx.example', 'A')
    assert.equal(server.questions.length, asked + 1)
    const names = Array.from({ length: 2000 }, (_, index) => shared.resolve(`n${index}.example`, 'A'))
    for (const answer of await Promise.all(names)) assert.deepEqual(answer, { kind: 'none' })
  })
})
