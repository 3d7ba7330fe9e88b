/**
 * What tests reached of the rules: from the traces of their sessions, against what stands in the files.
 *
 * A rule is *matched* when its condition held, *evaluated* when it was asked; a condition is covered when it was hit by one
 * session and missed by another; a reply when a client heard it; a list when a condition that
 * asks it was hit. Handlers of TypeScript
 * plugins are not counted.
 */
import type { Outcome } from '../core/outcome.ts'
import type { RuleTrace } from '../core/trace.ts'
import type { Truth } from '../core/truth.ts'
import {
  type ConditionPlace,
  type Inventory,
  inventoryOf,
  type ListPlace,
  type RuleFile,
  type RulePlace,
} from './coverage-inventory.ts'
import {
  conditionsOf,
  type Coverage,
  type CoveredCondition,
  type CoveredFile,
  type CoveredRule,
  isBothWays,
  isMatched,
  percentOf,
} from './covered.ts'

/** Counts what sessions did, place by place. */
export class CoverageTally {
  readonly #rules = new Map<string, { evaluated: number; matched: number }>()
  readonly #conditions = new Map<string, Record<Truth, number>>()
  readonly #replies = new Map<string, number>()

  note({ trace = [], by, monitored }: Outcome): void {
    for (const rule of trace) this.#noteRule(rule)
    for (const { at } of [...(by ? [by] : []), ...monitored]) this.#replies.set(at, this.replies(at) + 1)
  }

  #noteRule({ at, truth, atoms }: RuleTrace): void {
    const { evaluated, matched } = this.rule(at)
    this.#rules.set(at, { evaluated: evaluated + 1, matched: matched + (truth === 'hit' ? 1 : 0) })
    for (const atom of atoms) {
      const counts = this.condition(atom.at)
      this.#conditions.set(atom.at, { ...counts, [atom.truth]: counts[atom.truth] + 1 })
    }
  }

  rule(key: string): { readonly evaluated: number; readonly matched: number } {
    return this.#rules.get(key) ?? { evaluated: 0, matched: 0 }
  }

  condition(key: string): Readonly<Record<Truth, number>> {
    return this.#conditions.get(key) ?? { hit: 0, miss: 0, unknown: 0 }
  }

  replies(key: string): number {
    return this.#replies.get(key) ?? 0
  }
}

/** `shown` gives paths as reports name them. Files without anything to cover are left out. */
export function coverageOf(
  files: readonly RuleFile[],
  tally: CoverageTally,
  shown: (path: string) => string,
): Coverage {
  const covered = files
    .map((file) => coveredFile(inventoryOf(file), tally, shown))
    .filter(({ rules, lists, conditions }) => rules.length + lists.length + conditions.length > 0)
    .toSorted((a, b) => (a.file < b.file ? -1 : 1))
  const rules = covered.flatMap((file) => file.rules)
  const lists = covered.flatMap((file) => file.lists)
  const conditions = covered.flatMap(conditionsOf)
  const replies = rules.flatMap(({ reply }) => reply ?? [])
  const matched = rules.filter(isMatched).length
  return {
    percent: percentOf(matched, rules.length),
    rules: { matched, evaluated: rules.filter(({ evaluated }) => evaluated > 0).length, total: rules.length },
    conditions: { both: conditions.filter(isBothWays).length, total: conditions.length },
    replies: { used: replies.filter(({ spoken }) => spoken > 0).length, total: replies.length },
    lists: { used: lists.filter(({ hits }) => hits > 0).length, total: lists.length },
    files: covered,
  }
}

function coveredFile(
  { path, rules, lists, conditions }: Inventory,
  tally: CoverageTally,
  shown: (path: string) => string,
): CoveredFile {
  const all = [...rules.flatMap((rule) => rule.conditions), ...conditions]
  return {
    file: shown(path),
    rules: rules.map((rule) => coveredRule(rule, tally)),
    lists: lists.map((list) => coveredList(list, all, tally)),
    conditions: conditions.map((condition) => coveredCondition(condition, tally)),
  }
}

function coveredRule({ key, at, id, hooks, conditions, reply }: RulePlace, tally: CoverageTally): CoveredRule {
  return {
    rule: id,
    hook: hooks.join(', '),
    line: at.range.start.line,
    column: at.range.start.column,
    ...tally.rule(key),
    conditions: conditions.map((condition) => coveredCondition(condition, tally)),
    ...(reply && { reply: { line: reply.range.start.line, spoken: tally.replies(key) } }),
  }
}

function coveredCondition({ key, at, test }: ConditionPlace, tally: CoverageTally): CoveredCondition {
  const { hit, miss: missed, unknown } = tally.condition(key)
  return { test, line: at.range.start.line, column: at.range.start.column, hit, missed, unknown }
}

function coveredList(
  { name, at }: ListPlace,
  conditions: readonly ConditionPlace[],
  tally: CoverageTally,
): CoveredFile['lists'][number] {
  const asking = conditions.filter(({ lists }) => lists.has(name)).map(({ key }) => tally.condition(key))
  return { list: name, line: at.range.start.line, hits: asking.reduce((sum, { hit }) => sum + hit, 0) }
}
