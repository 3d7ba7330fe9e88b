/** MaxMind's own test databases: what they say, what is damaged in them, and what they would cost. */
import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { GeoFacts } from '../../src/core/ports.ts'
import { openGeoIp } from '../../src/ports/geoip.ts'
import { MMDB_BOUNDS } from '../../src/ports/mmdb-weight.ts'
import { geoip } from '../../src/vocabulary/geoip.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { mmdb } from '../support/mmdb.ts'
import { some } from '../support/some.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { answerOf } from '../vocabulary/ask.ts'

const DATABASES = join(import.meta.dirname, 'maxmind')
const [CITY, ASN, ANONYMOUS, NESTED] = [
  'GeoIP2-City-Test',
  'GeoLite2-ASN-Test',
  'GeoIP2-Anonymous-IP-Test',
  'MaxMind-DB-test-nested',
].map((name) => join(DATABASES, `${name}.mmdb`)) as [string, string, string, string]
const directory = temporaryDirectory()

function find(file: string, ip: string): Promise<GeoFacts | undefined> {
  return openGeoIp(fakeClock()).find(file, ip)
}

const LONDON = {
  country: 'GB',
  countryName: 'United Kingdom',
  continent: 'EU',
  city: 'London',
  latitude: 51.5142,
  longitude: -0.0931,
}

const SAID: readonly (readonly [file: string, ip: string, facts: GeoFacts | undefined])[] = [
  [CITY, '81.2.69.142', LONDON],
  [CITY, '::ffff:81.2.69.142', LONDON],
  [
    CITY,
    '2001:218::7',
    { country: 'JP', countryName: 'Japan', continent: 'AS', latitude: 35.68536, longitude: 139.75309 },
  ],
  [CITY, '192.0.2.7', undefined],
  [CITY, 'ffff::', undefined],
  [ASN, '1.128.0.7', { asn: 1221, organization: 'Telstra Pty Ltd' }],
  [ASN, '216.160.83.56', { asn: 209 }],
  [ASN, '2600:6000::7', { asn: 237, organization: 'Merit Network Inc.' }],
  [ASN, '192.0.2.7', undefined],
  [ANONYMOUS, '1.2.0.7', { anonymous: ['anonymous', 'anonymous_vpn'] }],
  [ANONYMOUS, '1.124.213.1', { anonymous: ['anonymous', 'anonymous_vpn', 'tor_exit_node'] }],
  [ANONYMOUS, '1.1.1.1', {}],
  [NESTED, '1.1.1.1', {}],
]

describe("MaxMind's test databases", () => {
  for (const [file, ip, facts] of SAID)
    it(`${file.split('/').at(-1)}: ${ip}`, async () => assert.deepEqual(await find(file, ip), facts))

  it('are asked together, and who hides is found', async () => {
    const world = { geoip: openGeoIp(fakeClock()) }
    const { found } = await answerOf(geoip, { databases: [CITY, ASN, ANONYMOUS] }, { ip: '81.2.69.142', world })
    assert.equal(found?.['place'], 'GB/London')
    assert.match(found['anonymous'] ?? '', /\btor_exit_node$/)
  })

  it('are read again when another one is put in their place, be it as old', async () => {
    const clock = fakeClock()
    const databases = openGeoIp(clock)
    const file = join(directory, 'replaced.mmdb')
    copyFileSync(CITY, file)
    assert.equal((await databases.find(file, '81.2.69.142'))?.city, 'London')
    copyFileSync(ASN, `${file}.new`)
    renameSync(`${file}.new`, file)
    clock.advance(60_000)
    assert.equal(await databases.find(file, '81.2.69.142'), undefined)
    assert.equal((await databases.find(file, '1.128.0.7'))?.asn, 1221)
  })
})

/** A tree whose one node leads to these octets, whatever the address. */
function databaseOf(data: Buffer): string {
  const sound = mmdb(4, { '0.0.0.0/1': 'x' })
  const metadata = sound.subarray(sound.indexOf(Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')))
  const file = join(directory, `${data.length}.mmdb`)
  writeFileSync(file, Buffer.concat([Buffer.from([0, 0, 17, 0, 0, 17]), Buffer.alloc(16), data, metadata]))
  return file
}

/** Arrays in each other; each claims 16,843,036 items, and a library that believes it takes 128 MiB. */
const ARRAYS = Buffer.concat(Array.from({ length: 300 }, () => Buffer.of(0x1f, 4, 255, 255, 255)))

const [WIDTH, LEVELS] = [200, 6]

/** Arrays of 200 pointers to the next one: 200 ** 6 values. */
function pointersToPointers(): Buffer {
  const length = 3 + WIDTH * 5
  const levels = Array.from({ length: LEVELS }, (_, index) => {
    const pointer = Buffer.of(0x38, 0, 0, 0, 0)
    pointer.writeUInt32BE((index + 1) * length, 1)
    return Buffer.concat([Buffer.of(29, 4, WIDTH - 29), ...Array.from({ length: WIDTH }, () => pointer)])
  })
  return Buffer.concat([...levels, Buffer.from('\x41x')])
}

/** A text of so many octets. */
function text(length: number): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(length - 65_821)
  return Buffer.concat([Buffer.of(0x5f), size.subarray(1), Buffer.alloc(length, 'x')])
}

const TOO_MUCH = {
  'arrays in each other that claim millions of items': [ARRAYS, /too large/],
  'arrays that point to one another': [pointersToPointers(), /too large/],
  'a pointer that leads to itself': [Buffer.of(0x20, 0), /too deep/],
  'a text that is too long': [text(MMDB_BOUNDS.record), /too large/],
} as const

describe('a GeoIP database that is damaged', () => {
  for (const name of some(readdirSync(join(DATABASES, 'bad')), 'damaged databases'))
    it(`${name}: says what it can, or that it is no good`, async () => {
      const file = join(DATABASES, 'bad', name)
      const databases = openGeoIp(fakeClock())
      for (const ip of ['1.1.1.1', '81.2.69.142', '255.255.255.255', '::1', '2001:218::1', 'ffff::']) {
        const answer = await databases.find(file, ip).catch((fault: Error) => fault.message)
        assert.ok(answer === undefined || typeof answer === 'object' || answer.startsWith(`${file}: `), file)
      }
    })

  for (const [what, [data, problem]] of Object.entries(TOO_MUCH))
    it(`has ${what}: refused before it is decoded`, async () => {
      const before = process.memoryUsage().rss
      await assert.rejects(find(databaseOf(data), '192.0.2.7'), problem)
      assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024)
    })

  it('has a long text, though not too long: it is read', async () =>
    assert.deepEqual(await find(databaseOf(text(MMDB_BOUNDS.record - 10)), '192.0.2.7'), {}))

  it('is cut: refused, wherever it ends', async () => {
    const whole = readFileSync(CITY)
    const file = join(directory, 'cut.mmdb')
    for (let length = 0; length < whole.length; length += 997) {
      writeFileSync(file, whole.subarray(0, length))
      await assert.rejects(find(file, '81.2.69.142'), /cut\.mmdb: (?:it is|Cannot parse|Unsupported)/)
    }
  })
})
