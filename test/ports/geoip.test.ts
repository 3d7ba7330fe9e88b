import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openGeoIp } from '../../src/ports/geoip.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { mmdb } from '../support/mmdb.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()

let written = 0
function write(name: string, content: Buffer): string {
  const file = join(directory, name)
  writeFileSync(file, content)
  written += 1
  utimesSync(file, written, written)
  return file
}

const CITY = mmdb(6, {
  '192.0.2.0/24': {
    country: { iso_code: 'CH', names: { en: 'Switzerland', de: 'Schweiz' } },
    continent: { code: 'EU' },
    city: { names: { en: 'Bern' } },
    location: { latitude: 46.948, longitude: 7.448 },
  },
  '198.51.100.7/32': { registered_country: { iso_code: 'DE' } },
  '2001:db8::/32': { autonomous_system_number: 64500, autonomous_system_organization: 'Example' },
})

describe('a GeoIP database', () => {
  it('is asked for the network of an address', async () => {
    const geoip = openGeoIp(fakeClock())
    const file = write('city.mmdb', CITY)
    assert.deepEqual(await geoip.find(file, '192.0.2.7'), {
      country: 'CH',
      countryName: 'Switzerland',
      continent: 'EU',
      city: 'Bern',
      latitude: 46.948,
      longitude: 7.448,
    })
    assert.deepEqual(await geoip.find(file, '198.51.100.7'), { country: 'DE' })
    assert.deepEqual(await geoip.find(file, '2001:db8::7'), { asn: 64500, organization: 'Example' })
    assert.equal(await geoip.find(file, '203.0.113.1'), undefined)
  })

  it('of IPv4 knows no IPv6', async () => {
    const file = write('four.mmdb', mmdb(4, { '192.0.2.0/24': { country: { iso_code: 'CH' } } }))
    const geoip = openGeoIp(fakeClock())
    assert.deepEqual(await geoip.find(file, '192.0.2.7'), { country: 'CH' })
    assert.equal(await geoip.find(file, '2001:db8::7'), undefined)
  })

  it('that was replaced is read again a minute later', async () => {
    const clock = fakeClock()
    const geoip = openGeoIp(clock)
    const file = write('new.mmdb', CITY)
    await geoip.find(file, '192.0.2.7')
    write('new.mmdb', mmdb(6, { '192.0.2.0/24': { country: { iso_code: 'AT' } } }))
    assert.equal((await geoip.find(file, '192.0.2.7'))?.country, 'CH')
    clock.advance(60_000)
    assert.equal((await geoip.find(file, '192.0.2.7'))?.country, 'AT')
  })

  it('that is not there, or is none, is a fault until it is good', async () => {
    const clock = fakeClock()
    const geoip = openGeoIp(clock)
    const file = join(directory, 'later.mmdb')
    await assert.rejects(geoip.find(file, '192.0.2.7'), /later\.mmdb: .*ENOENT/)
    write('later.mmdb', Buffer.from('nothing of the kind'))
    clock.advance(60_000)
    await assert.rejects(geoip.find(file, '192.0.2.7'), /later\.mmdb/)
    write('later.mmdb', CITY)
    clock.advance(60_000)
    assert.equal((await geoip.find(file, '192.0.2.7'))?.country, 'CH')
  })
})
