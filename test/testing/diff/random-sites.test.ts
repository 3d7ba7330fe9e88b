/** Differences between random sites, against every session of a small world run through both dispatchers. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { SessionRecord } from '../../../src/testing/session-record.ts'
import { type Case, caseOf, load } from '../../compiler/analysis/random-site.ts'
import { AT_RCPT, type Dimension, RIGHTS, sessionsOf } from '../../compiler/analysis/small-world.ts'
import { type MemorySite, tell } from '../../compiler/memory-site.ts'
import { diffed } from './memory-diff.ts'

const DEEDS = [
  'return: OK',
  'return: DENY',
  'return: DENYSOFT',
  'return: DECLINED',
  'return: DENY, mode: monitor',
  'return: DENY, reply_at: rcpt',
  'set: { relay_client: true }',
  'set: { immune: true }',
  'set: { note.a: true }',
]

/** No session says it: only rules do, where nobody can log in. */
const WRITTEN: Dimension = {
  name: 'written',
  sessions: [],
  atoms: ['note.a: true', 'note.a: { exists: false }', ...RIGHTS.atoms],
}

const TWO_FACTS = fc.uniqueArray(fc.constantFrom(...AT_RCPT.filter((one) => one !== RIGHTS)), {
  minLength: 2,
  maxLength: 2,
})

/** A site, and what became of it: one of its plugins is another one now, or both are. */
const PAIRS = TWO_FACTS.chain((dimensions) => {
  const wanted = { deeds: DEEDS, dimensions: fc.constant(dimensions), besides: WRITTEN }
  const one = caseOf({ hooks: ['connect', 'mail', 'rcpt'], ...wanted })
  return fc.tuple(one, one, fc.constantFrom(0, 1, 2))
}).map(([before, other, kept]): readonly [Case, Case] => {
  const plugins = before.plugins.map((plugin, index) =>
    index + 1 === kept ? plugin : (other.plugins[index] ?? plugin),
  )
  return [before, { ...before, plugins, scope: kept === 0 ? other.scope : before.scope }]
})

interface End {
  readonly ending: string
  readonly hook: string
}

/** By what the client hears: another way than the one that is judged here. */
async function endOf({ site }: MemorySite, record: SessionRecord): Promise<End> {
  const { decisions } = await tell(site ?? assert.fail(), record, false)
  const refused = decisions.find(({ hook, reply }) => /^[45]/.test(reply) && ['connect', 'mail', 'rcpt'].includes(hook))
  if (!refused) return { ending: 'accept', hook: 'rcpt' }
  return { ending: refused.reply.startsWith('4') ? 'defer' : 'reject', hook: refused.hook }
}

async function changeIn(before: MemorySite, after: MemorySite, record: SessionRecord): Promise<string | undefined> {
  const [one, other] = [await endOf(before, record), await endOf(after, record)]
  if (one.ending === other.ending) return undefined
  return `${one.ending} → ${other.ending} at ${other.ending === 'accept' ? one.hook : other.hook}`
}

describe('the differences of random sites', () => {
  it('are true, and all there are', async () => {
    let [different, same] = [0, 0]
    await fc.assert(
      fc.asyncProperty(PAIRS, async ([one, other]) => {
        const [before, after] = [await load(one), await load(other)]
        const { groups, isWhole } = await diffed(before, after)
        for (const { session, change, hook } of groups)
          assert.equal(await changeIn(before, after, session), `${change} at ${hook}`, JSON.stringify(session))
        assert.ok(isWhole)
        const there = new Set<string>()
        for (const record of sessionsOf(one.dimensions)) {
          const change = await changeIn(before, after, record)
          if (change !== undefined) there.add(change)
        }
        assert.deepEqual(new Set(groups.map(({ change, hook }) => `${change} at ${hook}`)), there)
        if (there.size > 0) different += 1
        else same += 1
      }),
      { numRuns: 50 },
    )
    assert.ok(different > 5 && same > 0, `${different} pairs differed, ${same} did not`)
  })
})
