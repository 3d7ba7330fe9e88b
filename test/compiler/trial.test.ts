/** Rules on trial: `sample` asks for some clients only, always the same ones; `until` is a day that `check` looks at. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { standing } from '../../src/core/sample.ts'
import type { Site } from '../../src/core/site.ts'
import { loadTexts, sound, tell } from './memory-site.ts'

const HOUSE = `plugin: house
hooks:
  mail:
    - { id: half, match: always, return: DENY, mode: monitor, sample: 50%, until: 2026-12-31 }
    - { id: few, match: always, return: DENYSOFT, mode: monitor, sample: 5% }
    - { id: all, match: always, return: DENY, mode: monitor }
`
const CLIENTS = Array.from({ length: 1000 }, (_, index) => `10.0.${Math.floor(index / 250)}.${index % 250}`)

async function siteWith(entry = './house.yaml'): Promise<Site> {
  return sound(await loadTexts({ 'postern.yaml': `hostname: mx.example\nplugins: [${entry}]\n`, 'house.yaml': HOUSE }))
}

async function asked(site: Site, ip: string): Promise<readonly string[]> {
  const { outcomes } = await tell(site, { remote_ip: ip, sender: 'a@b.example', rcpt: 'c@d.example' })
  return outcomes.find(({ hook }) => hook === 'mail')?.monitored.map(({ rule }) => rule) ?? []
}

function trialsOf({ program }: Site) {
  return program.chains.get('mail')?.flatMap(({ rules }) => rules.map(({ trial }) => trial))
}

describe('a sample', () => {
  it('is about as large as it says, and a larger one holds the smaller one', () => {
    const places = CLIENTS.map(standing)
    for (const share of [0.05, 0.5]) {
      const count = places.filter((place) => place < share).length
      assert.ok(Math.abs(count / CLIENTS.length - share) < 0.05, `${count} clients of ${share}`)
    }
    assert.ok(places.every((place) => place >= 0 && place < 1))
  })

  it('is of clients: the rule is asked for the same ones every time', async () => {
    const site = await siteWith()
    for (const ip of CLIENTS.slice(0, 60)) {
      const place = standing(ip)
      const wanted = [...(place < 0.5 ? ['half'] : []), ...(place < 0.05 ? ['few'] : []), 'all']
      assert.deepEqual(await asked(site, ip), wanted)
      assert.deepEqual(await asked(site, ip), wanted)
    }
  })

  it('says in the trace that a client is not in it', async () => {
    const ip = CLIENTS.find((one) => standing(one) >= 0.5) ?? assert.fail()
    const { outcomes } = await tell(await siteWith(), { remote_ip: ip, sender: 'a@b.example' })
    const [half] = outcomes.find(({ hook }) => hook === 'mail')?.trace ?? []
    assert.deepEqual(
      half?.atoms.map(({ test, truth, saw }) => [test, truth, saw]),
      [['sample: 50%', 'miss', ip]],
    )
  })
})

describe('a trial', () => {
  it('is known to the program', async () => {
    assert.deepEqual(trialsOf(await siteWith()), [{ until: '2026-12-31', sample: 0.5 }, { sample: 0.05 }, {}])
  })

  it('of an entry is one of all its rules, which may say otherwise', async () => {
    const site = await siteWith('{ use: ./house.yaml, mode: monitor, until: 2027-06-30, sample: 20% }')
    assert.deepEqual(trialsOf(site), [
      { until: '2026-12-31', sample: 0.5 },
      { until: '2027-06-30', sample: 0.05 },
      { until: '2027-06-30', sample: 0.2 },
    ])
  })

  it('is none where the entry enforces', async () => {
    assert.deepEqual(trialsOf(await siteWith('{ use: ./house.yaml, mode: enforce }')), [
      undefined,
      undefined,
      undefined,
    ])
  })
})
