/**
 * Rules made of another program's configuration, as plugin files and as first tests.
 *
 * Values are as a rule file has them; keys are words of the rule language, never text of the other program.
 */
import type { Hook } from '../../core/hook.ts'
import { yamlFlow, yamlText } from '../../language/yaml/text.ts'

export type Json = string | number | boolean | readonly Json[] | Fields
export interface Fields {
  readonly [key: string]: Json
}

/** A rule; its id is made different from those before it when the plugin is printed. */
export interface RuleDraft {
  readonly id: string
  /** Where it comes from. */
  readonly summary?: string
  readonly match: Json
  readonly unless?: Fields
  readonly return?: string
  readonly message?: string
  readonly status?: string
  readonly reply_code?: number
  readonly on_unknown?: 'skip' | 'defer' | 'match'
  readonly mode?: 'monitor'
  readonly delay?: string
  readonly set?: Fields
  readonly headers?: Fields
  readonly log?: Fields
  readonly deliver_to?: string
  readonly deliver?: Fields
  readonly reply_at?: Hook
}

export interface PluginDraft {
  readonly plugin: string
  readonly summary: string
  readonly lists?: Fields
  readonly notes?: Fields
  /** `rcpt`, or `helo, ehlo`. */
  readonly hooks: Readonly<Record<string, readonly RuleDraft[]>>
}

export interface TestDraft {
  readonly name: string
  readonly given: Fields
  readonly expect: Fields
}

/** What a client reads, or a text with facts: `$` of the other program is no beginning of a fact. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$')
}

/** A name for rules and lists. */
export function idOf(text: string): string {
  const id = text.toLowerCase().replace(/[^a-z0-9_]+/g, '-')
  return id.replace(/^[-0-9]+|-+$/g, '').slice(0, 48) || 'rule'
}

/** Both must hold; keys of the second are asked after those of the first. */
export function both(first: Json, second: Json): Json {
  if (first === 'always') return second
  if (second === 'always') return first
  return { all: [first, second] }
}

export function printPlugin({ plugin, summary, lists = {}, notes = {}, hooks }: PluginDraft): string {
  const lines = [`plugin: ${yamlText(plugin)}`, `summary: ${yamlText(summary)}`]
  for (const [name, map] of [
    ['lists', lists],
    ['notes', notes],
  ] as const) {
    const rows = Object.entries(map).map(([key, value]) => `  ${yamlText(key)}: ${yamlFlow(value)}`)
    if (rows.length > 0) lines.push(`${name}:`, ...rows)
  }
  lines.push('hooks:')
  for (const [hook, rules] of Object.entries(hooks)) lines.push(`  ${hook}:`, ...unlike(rules).flatMap(ruleLines))
  return `${lines.join('\n')}\n`
}

/** Rules of a chain have different ids. */
function unlike(rules: readonly RuleDraft[]): readonly RuleDraft[] {
  const taken = new Set<string>()
  return rules.map((rule) => {
    let id = rule.id
    for (let number = 2; taken.has(id); number += 1) id = `${rule.id}-${number}`
    taken.add(id)
    return { ...rule, id }
  })
}

function ruleLines(rule: RuleDraft): readonly string[] {
  return Object.entries(rule).map(([key, value], index) => {
    return `    ${index === 0 ? '- ' : '  '}${key}: ${yamlFlow(value)}`
  })
}

export function printSuite(suite: string, given: Fields, tests: readonly TestDraft[]): string {
  const lines = tests.flatMap(({ name, given: own, expect }) => [
    `  - name: ${yamlText(name)}`,
    `    given: ${yamlFlow(own)}`,
    `    expect: ${yamlFlow(expect)}`,
  ])
  return [
    `suite: ${yamlText(suite)}`,
    'site: ./postern.yaml',
    `given: ${yamlFlow(given)}`,
    'tests:',
    ...lines,
    '',
  ].join('\n')
}
