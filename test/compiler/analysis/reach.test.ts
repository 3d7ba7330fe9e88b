/** What the analysis says of random rules, against every session of a small world run through the real dispatcher. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { analyse } from '../../../src/compiler/analysis/index.ts'
import type { Hook } from '../../../src/core/hook.ts'
import { type Diagnostic, Report } from '../../../src/language/diagnostic.ts'
import { findingLine, loadTexts, type MemorySite, tell } from '../memory-site.ts'
import { AT_MAIL, AT_RCPT, BEFORE_MAIL, condition, type Dimension, sessionsOf } from './small-world.ts'

interface RuleText {
  readonly match: string
  readonly unless: string | undefined
  readonly deed: string
}

interface ChainText {
  readonly hook: Hook
  readonly rules: readonly RuleText[]
}

interface Case {
  readonly plugins: readonly (readonly ChainText[])[]
  readonly scope: string | undefined
  readonly dimensions: readonly Dimension[]
}

const FACTS: Readonly<Partial<Record<Hook, readonly Dimension[]>>> = {
  connect: BEFORE_MAIL,
  mail: AT_MAIL,
  rcpt: AT_RCPT,
}

const ANSWERS = ['return: DENY', 'return: DENYSOFT', 'return: OK', 'return: DECLINED', 'log: seen']
const DEEDS = [
  ...ANSWERS,
  'set: { relay_client: true }',
  'set: { immune: false }',
  'return: DENY, mode: monitor',
  'return: DENY, reply_at: rcpt',
]

function ruleText(dimensions: readonly Dimension[], deeds: readonly string[]): fc.Arbitrary<RuleText> {
  const written = condition(dimensions, 2)
  return fc.record({
    match: fc.oneof({ arbitrary: written, weight: 9 }, { arbitrary: fc.constant('always'), weight: 1 }),
    unless: fc.option(written, { nil: undefined, freq: 3 }),
    deed: fc.constantFrom(...deeds),
  })
}

function caseOf(hooks: readonly Hook[], deeds: readonly string[]): fc.Arbitrary<Case> {
  return fc.uniqueArray(fc.constantFrom(...AT_RCPT), { minLength: 2, maxLength: 2 }).chain((dimensions) => {
    const chains = hooks.map((hook): fc.Arbitrary<ChainText> => {
      const known = dimensions.filter((one) => FACTS[hook]?.includes(one))
      const rules = fc.array(ruleText(known.length > 0 ? known : BEFORE_MAIL.slice(0, 1), deeds), {
        minLength: 1,
        maxLength: 5,
      })
      return rules.map((some) => ({ hook, rules: some }))
    })
    const plugin = fc.tuple(...chains)
    const known = dimensions.filter((one) => BEFORE_MAIL.includes(one))
    const scope = known.length > 0 ? fc.option(condition(known, 1), { nil: undefined }) : fc.constant(undefined)
    return fc.record({ plugins: fc.tuple(plugin, plugin), scope, dimensions: fc.constant(dimensions) })
  })
}

function pluginText(chains: readonly ChainText[]): string {
  const rules = chains.flatMap(({ hook, rules: some }) => [
    `  ${hook}:`,
    ...some.map(({ match, unless, deed }, index) => {
      const exempt = unless === undefined ? '' : `, unless: ${unless}`
      const answer = hook === 'rcpt' ? deed.replace(', reply_at: rcpt', '') : deed
      return `    - { id: r${index}, match: ${match}${exempt}, ${answer} }`
    }),
  ])
  const lists = [
    'lists:',
    '  partners: { of: ip, entries: [10.0.0.0, 10.0.0.2/31] }',
    '  names: { of: domain, entries: [a.x.example, .a.x.example, y.example] }',
  ]
  return [...lists, 'hooks:', ...rules, ''].join('\n')
}

async function load({ plugins: [one = [], two = []], scope }: Case): Promise<MemorySite> {
  const second = scope === undefined ? '  - ./two.yaml' : `  - { use: ./two.yaml, match: ${scope} }`
  return loadTexts({
    'postern.yaml': `hostname: mx.example\nplugins:\n  - ./one.yaml\n${second}\n`,
    'one.yaml': `plugin: one\n${pluginText(one)}`,
    'two.yaml': `plugin: two\n${pluginText(two)}`,
  })
}

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
      fc.asyncProperty(caseOf(['connect', 'mail', 'rcpt'], DEEDS), async (text) => {
        const loaded = await load(text)
        const { dead, lines } = said(text, loaded)
        const applied = await alive(loaded, text)
        assert.deepEqual(
          [...dead].filter((rule) => applied.has(rule)),
          [],
          lines.join('\n'),
        )
      }),
      { numRuns: 120 },
    )
  })

  it('finds every dead rule of one hook, where all that is asked can be told exactly', async () => {
    await fc.assert(
      fc.asyncProperty(caseOf(['rcpt'], ANSWERS), async (text) => {
        const loaded = await load(text)
        const { dead, lines } = said(text, loaded)
        const applied = await alive(loaded, text)
        assert.deepEqual(new Set(all(text).filter((rule) => !applied.has(rule))), dead, lines.join('\n'))
      }),
      { numRuns: 120 },
    )
  })
})
