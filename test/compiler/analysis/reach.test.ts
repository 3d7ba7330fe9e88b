/** What the analysis says of random rules, against every session of a small world run through the real dispatcher. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { analyse } from '../../../src/compiler/analysis/index.ts'
import { type Diagnostic, Report } from '../../../src/language/diagnostic.ts'
import { findingLine, type MemorySite, tell } from '../memory-site.ts'
import { type Case, caseOf, load } from './random-site.ts'
import { AT_RCPT, sessionsOf } from './small-world.ts'

const ANSWERS = ['return: DENY', 'return: DENYSOFT', 'return: OK', 'return: DECLINED', 'log: seen']
const DEEDS = [
  ...ANSWERS,
  'set: { relay_client: true }',
  'set: { immune: false }',
  'return: DENY, mode: monitor',
  'return: DENY, reply_at: rcpt',
]

const TWO_FACTS = fc.uniqueArray(fc.constantFrom(...AT_RCPT), { minLength: 2, maxLength: 2 })

interface Said {
  readonly lines: readonly string[]
  /** `one rcpt r3`: rules that the analysis says are never asked, or never apply. */
  readonly dead: ReadonlySet<string>
}

const SAYS_SO = /can never (?:be asked|apply|hold)$|adds nothing/

function said(text: Case, { outline, report: loaded }: MemorySite): Said {
  assert.deepEqual(loaded.sorted().map(findingLine), [])
  const report = new Report()
  if (outline) analyse({ outline, services: undefined, isOurs: () => false }, report)
  const findings = report.sorted()
  const dead = findings.filter(({ code }) => code.startsWith('FLW50')).flatMap((finding) => deadBy(finding, text))
  return { lines: findings.map(findingLine), dead: new Set(dead) }
}

function deadBy({ file, hook, rule, message }: Diagnostic, { plugins }: Pick<Case, 'plugins'>): readonly string[] {
  if (message.startsWith('the condition of the entry')) return all({ plugins }).filter((one) => one.startsWith('two'))
  const silenced = /^plugin `(\w+)` is never asked/.exec(message)?.[1]
  if (silenced === undefined)
    return rule !== undefined && /^(?:rule|the condition)/.test(message) && SAYS_SO.test(message.split(':')[0] ?? '')
      ? [`${file.includes('one.yaml') ? 'one' : 'two'} ${hook} ${rule}`]
      : []
  const chain = plugins[silenced === 'one' ? 0 : 1]?.find((one) => one.hook === hook)
  return chain?.rules.map((_, index) => `${silenced} ${hook} r${index}`) ?? []
}

/** Rules that apply in some session, in the same form. */
async function alive({ site }: MemorySite, { dimensions }: Case): Promise<ReadonlySet<string>> {
  const applied = new Set<string>()
  for (const record of sessionsOf(dimensions)) {
    const { outcomes } = await tell(site ?? assert.fail(), record)
    for (const { hook, trace } of outcomes)
      for (const { plugin, rule } of trace?.filter(({ truth }) => truth === 'hit') ?? [])
        applied.add(`${plugin} ${hook} ${rule}`)
  }
  return applied
}

function all({ plugins }: Pick<Case, 'plugins'>): readonly string[] {
  return plugins.flatMap((chains, index) =>
    chains.flatMap(({ hook, rules }) => rules.map((_, rule) => `${index === 0 ? 'one' : 'two'} ${hook} r${rule}`)),
  )
}

describe('the analysis of random rules', () => {
  it('never calls a rule dead that applies to some session', async () => {
    await fc.assert(
      fc.asyncProperty(
        caseOf({ hooks: ['connect', 'mail', 'rcpt'], deeds: DEEDS, dimensions: TWO_FACTS }),
        async (text) => {
          const loaded = await load(text)
          const { dead, lines } = said(text, loaded)
          const applied = await alive(loaded, text)
          assert.deepEqual(
            [...dead].filter((rule) => applied.has(rule)),
            [],
            lines.join('\n'),
          )
        },
      ),
      { numRuns: 120 },
    )
  })

  it('finds every dead rule of one hook, where all that is asked can be told exactly', async () => {
    await fc.assert(
      fc.asyncProperty(caseOf({ hooks: ['rcpt'], deeds: ANSWERS, dimensions: TWO_FACTS }), async (text) => {
        const loaded = await load(text)
        const { dead, lines } = said(text, loaded)
        const applied = await alive(loaded, text)
        assert.deepEqual(new Set(all(text).filter((rule) => !applied.has(rule))), dead, lines.join('\n'))
      }),
      { numRuns: 120 },
    )
  })
})
