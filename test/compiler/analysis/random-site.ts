/** Random rules for a site of two plugins, about facts of the small world. */
import fc from 'fast-check'
import type { Hook } from '../../../src/core/hook.ts'
import { loadTexts, type MemorySite } from '../memory-site.ts'
import { AT_MAIL, AT_RCPT, BEFORE_MAIL, condition, type Dimension } from './small-world.ts'

export interface RuleText {
  readonly match: string
  readonly unless: string | undefined
  readonly deed: string
}

export interface ChainText {
  readonly hook: Hook
  readonly rules: readonly RuleText[]
}

export interface Case {
  readonly plugins: readonly (readonly ChainText[])[]
  readonly scope: string | undefined
  readonly dimensions: readonly Dimension[]
}

export interface Wanted {
  readonly hooks: readonly Hook[]
  readonly deeds: readonly string[]
  /** Facts that rules may be about. */
  readonly dimensions: fc.Arbitrary<readonly Dimension[]>
  /** Part of `connect` too, though no session says it. */
  readonly besides?: Dimension
}

const KNOWN: Readonly<Partial<Record<Hook, readonly Dimension[]>>> = {
  connect: BEFORE_MAIL,
  mail: AT_MAIL,
  rcpt: AT_RCPT,
}

function ruleText(dimensions: readonly Dimension[], deeds: readonly string[]): fc.Arbitrary<RuleText> {
  const written = condition(dimensions, 2)
  return fc.record({
    match: fc.oneof({ arbitrary: written, weight: 9 }, { arbitrary: fc.constant('always'), weight: 1 }),
    unless: fc.option(written, { nil: undefined, freq: 3 }),
    deed: fc.constantFrom(...deeds),
  })
}

export function caseOf({ hooks, deeds, dimensions: drawn, besides }: Wanted): fc.Arbitrary<Case> {
  return drawn.chain((dimensions) => {
    const knownAt = (hook: Hook): readonly Dimension[] => {
      const known = [...dimensions.filter((one) => KNOWN[hook]?.includes(one)), ...(besides ? [besides] : [])]
      return known.length > 0 ? known : BEFORE_MAIL.slice(0, 1)
    }
    const chains = hooks.map((hook): fc.Arbitrary<ChainText> => {
      const rules = fc.array(ruleText(knownAt(hook), deeds), { minLength: 1, maxLength: 5 })
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
  return [...lists, 'notes: { a: { type: boolean, scope: connection } }', 'hooks:', ...rules, ''].join('\n')
}

export async function load({ plugins: [one = [], two = []], scope }: Case): Promise<MemorySite> {
  const second = scope === undefined ? '  - ./two.yaml' : `  - { use: ./two.yaml, match: ${scope} }`
  return loadTexts({
    'postern.yaml': `hostname: mx.example\nplugins:\n  - ./one.yaml\n${second}\n`,
    'one.yaml': `plugin: one\n${pluginText(one)}`,
    'two.yaml': `plugin: two\n${pluginText(two)}`,
  })
}
