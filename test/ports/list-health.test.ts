import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DnsFixtures } from '../../src/testing/fixture-resolver.ts'
import { openListHealth } from '../../src/ports/dns/list-health.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import type { LogLine } from '../support/smtp-rig.ts'
import { type ZoneResolver, zoneResolver } from '../support/zone-resolver.ts'

const PROBE = { never: '1.0.0.127', always: '2.0.0.127' }
const HOUR = 3_600_000
const MINUTE = 60_000

interface House {
  readonly clock: FakeClock
  readonly resolver: ZoneResolver
  readonly log: LogLine[]
  readonly fault: () => Promise<string | undefined>
}

function house(dns: DnsFixtures): House {
  const [clock, resolver, log] = [fakeClock(), zoneResolver(dns), [] as LogLine[]]
  const write = (level: string, fields: LogLine['fields'], text: string): void => void log.push({ level, fields, text })
  const health = openListHealth({ clock, resolver, log: { write } })
  return { clock, resolver, log, fault: () => health.fault('bl.example', PROBE) }
}

const HONEST = { '2.0.0.127.bl.example A': ['127.0.0.2'] }
const LIAR = { ...HONEST, '1.0.0.127.bl.example A': ['127.0.0.2'] }

describe('a DNS list', () => {
  it('that keeps its word is believed, and nothing is logged', async () => {
    const { fault, log, resolver } = house(HONEST)
    assert.equal(await fault(), undefined)
    assert.deepEqual(log, [])
    assert.deepEqual(resolver.asked.toSorted(), ['1.0.0.127.bl.example A', '2.0.0.127.bl.example A'])
  })

  for (const answer of [['127.0.0.2'], ['127.255.255.254'], ['1.2.3.4']])
    it(`that has ${answer.join()} for what no list has is not believed, and one line says so`, async () => {
      const { fault, log } = house({ ...HONEST, '1.0.0.127.bl.example A': answer })
      const because = `answers ${answer.join()} for 1.0.0.127, which stands in no list (RFC 5782 section 5)`
      assert.deepEqual([await fault(), await fault()], [because, because])
      assert.deepEqual(log, [
        {
          level: 'warn',
          fields: { zone: 'bl.example', because },
          text: 'a DNS list is broken: what it lists does not count',
        },
      ])
    })

  it('that lacks what every list has is reported, but what it lists counts', async () => {
    const { fault, log } = house({})
    assert.equal(await fault(), undefined)
    assert.deepEqual(log, [
      {
        level: 'warn',
        fields: {
          zone: 'bl.example',
          because: 'has nothing for 2.0.0.127, which stands in every list (RFC 5782 section 5)',
        },
        text: 'a DNS list may be dead, or not for us to ask',
      },
    ])
  })

  it('is tried again every hour', async () => {
    const { clock, fault, log, resolver } = house(LIAR)
    await fault()
    clock.advance(HOUR - 1)
    await fault()
    assert.equal(resolver.asked.length, 2)
    clock.advance(1)
    await fault()
    assert.equal(resolver.asked.length, 4)
    assert.equal(log.length, 2)
  })

  it('is tried again when the wall clock jumps back', async () => {
    const { clock, fault, resolver } = house(HONEST)
    await fault()
    clock.setWall(clock.now() - HOUR)
    await fault()
    assert.equal(resolver.asked.length, 4)
  })

  it('that cannot be tried is believed, and tried again after a minute', async () => {
    const { clock, fault, log, resolver } = house({
      '1.0.0.127.bl.example A': 'SERVFAIL',
      '2.0.0.127.bl.example A': 'TIMEOUT',
    })
    assert.deepEqual([await fault(), await fault()], [undefined, undefined])
    assert.deepEqual([log.length, resolver.asked.length], [0, 2])
    clock.advance(MINUTE)
    await fault()
    assert.equal(resolver.asked.length, 4)
  })

  it('without an entry that is always there is tried for the other one', async () => {
    const clock = fakeClock()
    const resolver = zoneResolver({ 'invalid.dbl.example A': ['127.0.1.2'] })
    const health = openListHealth({ clock, resolver, log: { write: () => undefined } })
    assert.match((await health.fault('dbl.example', { never: 'invalid' })) ?? '', /^answers 127\.0\.1\.2 for invalid,/)
    assert.deepEqual(resolver.asked, ['invalid.dbl.example A'])
  })
})
