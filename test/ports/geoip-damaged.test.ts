/** GeoIP databases that are damaged, or hold something else than they should: what cannot be understood is not known. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { openGeoIp } from '../../src/ports/geoip.ts'
import { geoip } from '../../src/vocabulary/geoip.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { mmdb } from '../support/mmdb.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { answerOf } from '../vocabulary/ask.ts'

const directory = temporaryDirectory()
const file = join(directory, 'damaged.mmdb')
const IP = '192.0.2.7'
const NUMBERS: readonly string[] = ['asn', 'latitude', 'longitude']

type Value = Parameters<typeof mmdb>[1][string]

async function factsIn(database: Buffer): Promise<Readonly<Record<string, unknown>>> {
  writeFileSync(file, database)
  return { ...(await openGeoIp(fakeClock()).find(file, IP)) }
}

function assertTypes(facts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(facts))
    assert.ok(NUMBERS.includes(name) ? Number.isFinite(value) : typeof value === 'string', name)
}

const SOUND = mmdb(4, {
  '192.0.2.0/24': {
    country: { iso_code: 'CH', names: { en: 'Switzerland' } },
    location: { latitude: 46.948, longitude: 7.448 },
    autonomous_system_number: 64500,
  },
})

const ODD: Readonly<Record<string, Value>> = {
  'a text': 'x',
  'a number': 5,
  'a list': ['CH'],
  'texts for parts': { country: 'x', city: 'x', location: 'x' },
  'maps for texts': { country: { iso_code: { a: 'b' }, names: { en: ['x'] } }, autonomous_system_organization: {} },
  'numbers for texts': { country: { iso_code: 5 }, city: { names: { en: 7 } } },
  'texts for numbers': { location: { latitude: 'x', longitude: {} }, autonomous_system_number: '1' },
  'names of objects': { ['__proto__']: { country: 'x' }, constructor: 'x' },
}

describe('a GeoIP database that is damaged', () => {
  it('anywhere says something or fails, and says texts and numbers only', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(SOUND.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (harm) => {
          const damaged = Buffer.from(SOUND)
          for (const [place, octet] of harm) damaged[place] = octet
          await factsIn(damaged).then(assertTypes, (fault) => assert.ok(fault instanceof Error))
        },
      ),
    ))

  for (const [what, value] of Object.entries(ODD))
    it(`and has ${what} says what it can`, async () => assertTypes(await factsIn(mmdb(4, { '192.0.2.0/24': value }))))

  it('and does not say where a client is makes its distance unknown, not near', async () => {
    writeFileSync(file, mmdb(4, { '192.0.2.0/24': { location: { latitude: 'x', longitude: 'y' } } }))
    const options = { databases: file, distance_from: '192.0.2.1', farther_than: 1 }
    const world = { geoip: openGeoIp(fakeClock()) }
    assert.equal((await answerOf(geoip, options, { ip: IP, world })).truth, 'unknown')
  })
})
