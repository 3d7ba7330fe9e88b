/** The relay proof on random sites, against every stranger of a small world and the real dispatcher. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { analyse } from '../../../src/compiler/analysis/index.ts'
import { type Diagnostic, Report } from '../../../src/language/diagnostic.ts'
import type { SessionRecord } from '../../../src/testing/session-record.ts'
import { findingLine, type MemorySite, tell } from '../memory-site.ts'
import { caseOf, load } from './random-site.ts'
import { ADDRESS, AT_RCPT, type Dimension, RCPT, RIGHTS, sessionsOf } from './small-world.ts'

const DEEDS = [
  'return: OK',
  'return: DENY',
  'return: DECLINED',
  'return: DENY, reply_at: rcpt',
  'set: { relay_client: true }',
  'set: { relay_client: false }',
  'set: { note.a: true }',
  'set: { note.a: false }',
]

/** No session says it: only rules do. */
const NOTE: Dimension = {
  name: 'note',
  sessions: [],
  atoms: ['note.a: true', 'note.a: false', 'note.a: { exists: true }', 'relay_client: true', 'immune: false'],
}

const FOREIGN: Dimension = {
  ...RCPT,
  sessions: ['ann', 'bob', 'cat', 'dora'].map((user) => ({ rcpt: `${user}@z.example` })),
}

/** Strangers in all that they can choose and rules ask for. Their address is known to nobody, their recipient is nobody's. */
function strangers(dimensions: readonly Dimension[]): readonly SessionRecord[] {
  const chosen = dimensions.filter((one) => one !== ADDRESS && one !== RCPT)
  return sessionsOf([...chosen, FOREIGN]).map((record) => ({ ...record, remote_ip: '198.51.100.1' }))
}

function findings({ outline, report: loaded }: MemorySite): readonly Diagnostic[] {
  assert.equal(loaded.errors, 0, loaded.sorted().map(findingLine).join('\n'))
  const report = new Report()
  if (outline) analyse({ outline, services: new Map(), isOurs: () => false }, report)
  return report.sorted().filter(({ code }) => code === 'FLW510' || code === 'FLW511')
}

function sessionIn({ notes }: Diagnostic): SessionRecord {
  const text = notes.find((note) => note.startsWith('a session that does: ')) ?? assert.fail('no session')
  return JSON.parse(text.slice(text.indexOf('{'))) as SessionRecord
}

async function relays({ site }: MemorySite, record: SessionRecord): Promise<boolean> {
  const { accepted } = await tell(site ?? assert.fail(), record, false)
  return accepted.length > 0
}

const FACTS = fc
  .uniqueArray(fc.constantFrom(...AT_RCPT.filter((one) => one !== RIGHTS)), { minLength: 1, maxLength: 2 })
  .map((dimensions) => [ADDRESS, ...dimensions.filter((one) => one !== ADDRESS)])

describe('the relay proof of random sites', () => {
  it('shows sessions that do relay, and misses none that does', async () => {
    let [open, closed] = [0, 0]
    await fc.assert(
      fc.asyncProperty(
        caseOf({ hooks: ['connect', 'mail', 'rcpt'], deeds: DEEDS, dimensions: FACTS, besides: NOTE }),
        async (text) => {
          const loaded = await load(text)
          const found = findings(loaded)
          for (const one of found.filter(({ code }) => code === 'FLW510'))
            assert.ok(await relays(loaded, sessionIn(one)), `${findingLine(one)}\n${one.notes.join('\n')}`)
          if (found.length > 0) open += 1
          else {
            closed += 1
            for (const record of strangers(text.dimensions))
              assert.ok(!(await relays(loaded, record)), JSON.stringify(record))
          }
        },
      ),
      { numRuns: 150 },
    )
    assert.ok(open > 5 && closed > 5, `${open} sites were open and ${closed} closed`)
  })
})
