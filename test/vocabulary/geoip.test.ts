import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GeoFacts } from '../../src/core/ports.ts'
import { geoip } from '../../src/vocabulary/geoip.ts'
import { answerOf } from './ask.ts'

const BERN: GeoFacts = { country: 'CH', continent: 'EU', city: 'Bern', latitude: 46.948, longitude: 7.448 }
const NEW_YORK: GeoFacts = { country: 'US', continent: 'NA', city: 'New York', latitude: 40.713, longitude: -74.006 }

type Table = Readonly<Record<string, Readonly<Record<string, GeoFacts>>>>

function world(table: Table) {
  return { geoip: { find: async (file: string, ip: string) => table[file]?.[ip] } }
}

const HERE = world({ 'city.mmdb': { '192.0.2.7': NEW_YORK, '192.0.2.250': BERN } })

test('what a database knows is found', async () => {
  const { truth, found } = await answerOf(geoip, { databases: 'city.mmdb' }, { world: HERE })
  assert.equal(truth, 'hit')
  assert.deepEqual(found, { country: 'US', continent: 'NA', city: 'New York', place: 'US/New_York' })
})

test('what several say is put together, and the first counts', async () => {
  const table = {
    a: { '192.0.2.7': { asn: 64500, country: 'CH' } },
    b: { '192.0.2.7': { country: 'DE', city: 'Bern' } },
  }
  const { found } = await answerOf(geoip, { databases: ['a', 'b'] }, { world: world(table) })
  assert.deepEqual(found, { country: 'CH', city: 'Bern', place: 'CH/Bern', asn: '64500' })
})

test('distances are great circles', async () => {
  const table = { '192.0.2.7': { latitude: 0, longitude: 135 }, '192.0.2.250': { latitude: 0, longitude: -135 } }
  const options = { databases: 'x', distance_from: '192.0.2.250' }
  const { found } = await answerOf(geoip, options, { world: world({ x: table }) })
  assert.equal(found?.['distance'], String(Math.round((6371 * Math.PI) / 2)))
  for (const [limit, truth] of [
    [10_000, 'hit'],
    [10_010, 'miss'],
  ] as const)
    assert.equal(
      (await answerOf(geoip, { ...options, farther_than: limit }, { world: world({ x: table }) })).truth,
      truth,
    )
})

test('where a distance is not known, none is far', async () => {
  const options = { databases: 'city.mmdb', distance_from: '203.0.113.1', farther_than: 1 }
  assert.equal((await answerOf(geoip, options, { world: HERE })).truth, 'unknown')
})

test('an address that no database knows is a miss', async () => {
  assert.equal((await answerOf(geoip, { databases: 'city.mmdb' }, { ip: '198.51.100.1', world: HERE })).truth, 'miss')
})

test('a database that cannot be read has the rule say what that means', async () => {
  const broken = { geoip: { find: () => Promise.reject(new Error('city.mmdb: ENOENT')) } }
  await assert.rejects(answerOf(geoip, { databases: 'city.mmdb' }, { world: broken }), /ENOENT/)
  await assert.rejects(answerOf(geoip, { databases: 'city.mmdb' }, {}), /no GeoIP databases/)
})

test('options that make no sense are refused', () => {
  assert.throws(() => answerOf(geoip, { databases: 'x', distance_from: 'here' }, {}), /is no IP address/)
  assert.throws(() => answerOf(geoip, { databases: 'x', farther_than: 5 }, {}), /needs `distance_from`/)
})
