/**
 * Rules that no test can reach, told without running one: TST904.
 *
 * No test's session comes to the hook; or no test names the rule, and its condition misses whatever the sessions say. What
 * that does not decide, `postern test --coverage` does.
 */
import { type AskedRule, askedHooks } from '../../compiler/analysis/asked-rule.ts'
import { asksIn, type Formula, restrict } from '../../compiler/analysis/formula.ts'
import type { Outline } from '../../compiler/analysis/outline.ts'
import type { World } from '../../compiler/analysis/product.ts'
import { worldOver } from '../../compiler/analysis/universe.ts'
import type { ValueSet } from '../../compiler/analysis/value-set.ts'
import type { Hook } from '../../core/hook.ts'
import { type Finding, placeOf, type Span } from '../../language/diagnostic.ts'
import { type MapNode, textOf, toJson, valueOf } from '../../language/node.ts'
import type { PluginFile } from '../../language/files/plugin-file.ts'
import { oncePerRule } from '../once-per-rule.ts'
import type { TestCase } from '../test-case.ts'
import { comesTo, type Facts, factsAt } from './given-sessions.ts'

/** A plugin file with the tests that judge it, alone or with others. */
export interface TestedPlugin {
  readonly file: PluginFile
  readonly tests: readonly TestCase[]
  /** What was compiled with it. */
  readonly outlines: readonly Outline[]
}

export function unreachedByTests({ file, tests, outlines }: TestedPlugin): readonly Finding[] {
  const rules = rulesIn(file)
  const named = new Set(tests.flatMap(({ steps }) => steps).flatMap(({ expect }) => expect.map(({ rule }) => rule)))
  const conditions = new Conditions(file.file, outlines)
  return rules.flatMap((rule) => {
    const { id, hooks } = rule
    const steps = tests.flatMap((test) => test.steps)
    const coming = hooks.flatMap((hook) =>
      steps.flatMap(({ given }) => (comesTo(hook, given) ? [{ hook, given }] : [])),
    )
    if (coming.length === 0)
      return [finding(rule, `no test comes to ${hooksText(hooks)}: rule \`${id}\` is never asked`)]
    if (named.has(id) || coming.some(({ hook, given }) => conditions.mayHold(rule, hook, factsAt(hook, given))))
      return []
    return [finding(rule, `no test is about rule \`${id}\`: its condition misses in every session they give`)]
  })
}

interface WrittenRule {
  readonly id: string
  readonly at: Span
  readonly key: string
  readonly hooks: readonly Hook[]
  /** No parameter decides what it asks for. */
  readonly isPlain: boolean
}

function rulesIn({ chains }: PluginFile): readonly WrittenRule[] {
  const rules = chains.flatMap(({ hook, rules: nodes }) =>
    nodes.flatMap((node) => (node.kind === 'map' ? writtenRule(node, hook) : [])),
  )
  return oncePerRule(rules)
}

function writtenRule(node: MapNode, hook: Hook): readonly WrittenRule[] {
  const id = valueOf(node, 'id')
  const name = textOf(id)
  if (!id || name === undefined) return []
  const asked = ['match', 'unless'].flatMap((key) => valueOf(node, key) ?? [])
  const isPlain = !JSON.stringify(asked.map(toJson)).includes('${')
  return [{ id: name, at: id.at, key: placeOf(node.at), hooks: [hook], isPlain }]
}

/** Conditions of the rules of a file, as they were compiled somewhere; taken apart when the first one is asked for. */
class Conditions {
  readonly #path: string
  readonly #outlines: readonly Outline[]
  #rules: ReadonlyMap<string, readonly Compiled[]> | undefined

  constructor(path: string, outlines: readonly Outline[]) {
    this.#path = path
    this.#outlines = outlines
  }

  /** True where it cannot be told. */
  mayHold({ key, isPlain }: WrittenRule, hook: Hook, facts: readonly Facts[]): boolean {
    if (!isPlain) return true
    this.#rules ??= Map.groupBy(
      this.#outlines.flatMap((outline) => compiledIn(outline, this.#path)),
      (one) => one.key,
    )
    const compiled = this.#rules.get(key)?.filter(({ rule }) => rule.hook === hook) ?? []
    return compiled.length === 0 || compiled.some((one) => facts.some((some) => holds(one, some)))
  }
}

interface Compiled {
  readonly key: string
  readonly rule: AskedRule
  readonly world: World
  /** Rules put other addresses in place. */
  readonly rewrites: boolean
}

function compiledIn(outline: Outline, path: string): readonly Compiled[] {
  const plugins = outline.plugins.filter((plugin) => plugin.path === path)
  if (plugins.length === 0) return []
  const universe = new Map<string, ValueSet>()
  const hasCode = outline.plugins.some(({ file }) => !file)
  const hooks = askedHooks({ outline: { ...outline, plugins }, universe, hasCode })
  const world = worldOver(universe)
  const chains = outline.plugins.flatMap((plugin) => plugin.chains)
  const rewrites = hasCode || chains.some(({ hook }) => hook === 'mail_pre' || hook === 'rcpt_pre')
  return hooks.flatMap(({ rules }) => rules.map((rule) => ({ key: placeOf(rule.node.at), rule, world, rewrites })))
}

/** Without the condition of the site's entry: a test of the plugin alone has none. */
function holds({ rule: { match, unless, at }, world, rewrites }: Compiled, facts: Facts): boolean {
  const formula: Formula = unless ? { kind: 'all', at, parts: [{ kind: 'not', at, part: unless }, match] } : match
  const known = asksIn(formula).flatMap(({ certain: { fact } }) => {
    const [name = ''] = fact.split('@', 1)
    const set = rewrites && /^(?:sender|rcpt)\b/.test(name) ? undefined : facts.get(name)
    return set ? [[fact, set] as const] : []
  })
  return restrict([new Map(known)], formula, 'maybe', { world, basis: 'certain' })?.length !== 0
}

function hooksText(hooks: readonly Hook[]): string {
  return hooks.map((hook) => `\`${hook}\``).join(' or ')
}

function finding({ at, id, hooks }: WrittenRule, message: string): Finding {
  const [hook] = hooks
  return {
    code: 'TST904',
    severity: 'info',
    at,
    ...(hook && { hook }),
    rule: id,
    message,
    help: 'write a test that this rule decides, and one that it lets pass',
  }
}
