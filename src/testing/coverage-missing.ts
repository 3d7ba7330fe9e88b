/** What coverage misses, with the place of each. */
import type { Coverage, CoverageKind, CoveredCondition, CoveredRule } from './covered.ts'

export interface Missing {
  readonly kind: CoverageKind
  readonly what: string
  readonly file: string
  readonly line: number
  /** `file:line`, or `file:line:column` of a condition. */
  readonly at: string
  readonly text: string
  readonly rule?: string
  readonly hook?: string
}

/** In the order of the rules. What is missing because its rule was never asked is not named again. */
export function missingIn({ files }: Pick<Coverage, 'files'>): readonly Missing[] {
  return files.flatMap(({ file, rules, lists, conditions }) => [
    ...rules.flatMap((rule) => missingInRule(rule, file).map((one) => ({ ...one, rule: rule.rule, hook: rule.hook }))),
    ...conditions.flatMap((condition) => missingInCondition(condition, file)),
    ...lists
      .filter(({ hits }) => hits === 0)
      .map(({ list, line }) => missing('lists', 'list without a hit', { file, line }, list)),
  ])
}

/** With the rule it belongs to. */
export function missingText({ rule, text }: Missing): string {
  return rule === undefined || rule === text ? text : `${rule}  ${text}`
}

interface Place {
  readonly file: string
  readonly line: number
  readonly column?: number
}

function missing(kind: CoverageKind, what: string, { file, line, column }: Place, text: string): Missing {
  return { kind, what, file, line, at: `${file}:${line}${column === undefined ? '' : `:${column}`}`, text }
}

function missingInRule(covered: CoveredRule, file: string): readonly Missing[] {
  const { rule, line, evaluated, matched, conditions, reply } = covered
  if (evaluated === 0) return [missing('rules', 'never reached', { file, line }, rule)]
  return [
    ...(matched === 0 ? [missing('rules', 'never matched', { file, line }, rule)] : []),
    ...(matched > 0 && reply?.spoken === 0
      ? [missing('replies', 'reply never heard', { file, line: reply.line }, rule)]
      : []),
    ...conditions.flatMap((condition) => missingInCondition(condition, file)),
  ]
}

function missingInCondition(condition: CoveredCondition, file: string): readonly Missing[] {
  const what = onlyWay(condition)
  const { line, column, test } = condition
  return what === undefined ? [] : [missing('conditions', what, { file, line, column }, test)]
}

function onlyWay({ hit, missed, unknown }: CoveredCondition): string | undefined {
  if (hit + missed + unknown === 0) return 'never asked'
  if (hit === 0) return missed === 0 ? 'only unknown' : 'never hit'
  return missed === 0 ? 'never missed' : undefined
}
