/** What is said of random rules and one session (TST904), against the dispatcher. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import type { Outline } from '../../src/compiler/analysis/outline.ts'
import type { SessionRecord } from '../../src/testing/session-record.ts'
import type { TestCase } from '../../src/testing/test-case.ts'
import { unreachedByTests } from '../../src/testing/untested/index.ts'
import { caseOf, load } from '../compiler/analysis/random-site.ts'
import { AT_RCPT, sessionsOf } from '../compiler/analysis/small-world.ts'
import { type MemorySite, tell } from '../compiler/memory-site.ts'

const DEEDS = ['log: seen', 'set: { relay_client: true }', 'return: DECLINED', 'return: DENY, mode: monitor']
const TWO_FACTS = fc.uniqueArray(fc.constantFrom(...AT_RCPT), { minLength: 2, maxLength: 2 })

const START = { line: 1, column: 1, offset: 0 }

/** `one.yaml:12`, of both plugins. */
function unreached(outline: Outline, given: SessionRecord): readonly string[] {
  return outline.plugins.flatMap(({ file }) => {
    assert.ok(file)
    const step = { at: 0, label: undefined, given, expect: [] }
    const test: TestCase = {
      name: 'one session',
      at: { file: 'test.yaml', range: { start: START, end: START } },
      skip: undefined,
      todo: undefined,
      args: [],
      localDomains: undefined,
      steps: [step],
      snapshot: false,
    }
    const found = unreachedByTests({ file, tests: [test], outlines: [outline] })
    return found.map((one) => `${one.at.file}:${one.at.range.start.line}`)
  })
}

async function applied({ site }: MemorySite, record: SessionRecord): Promise<ReadonlySet<string>> {
  const { outcomes } = await tell(site ?? assert.fail(), record)
  const traced = outcomes.flatMap(({ trace }) => trace ?? []).filter(({ truth }) => truth === 'hit')
  return new Set(traced.map(({ at }) => at.replace(/:\d+$/, '')))
}

it('a rule that applies to a session is never said to miss it', async () => {
  let claims = 0
  await fc.assert(
    fc.asyncProperty(
      caseOf({ hooks: ['connect', 'mail', 'rcpt'], deeds: DEEDS, dimensions: TWO_FACTS }),
      async (text) => {
        const loaded = await load(text)
        assert.ok(loaded.outline)
        for (const record of sessionsOf(text.dimensions)) {
          const said = unreached(loaded.outline, record)
          const hits = await applied(loaded, record)
          claims += said.length
          assert.deepEqual(
            said.filter((place) => hits.has(place)),
            [],
            JSON.stringify(record),
          )
        }
      },
    ),
    { numRuns: 25 },
  )
  assert.ok(claims > 1000, `${claims}`)
})
