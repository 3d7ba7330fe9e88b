/** Coverage in words: the figures, and the place of everything that is missing. */
import type { CoveredCondition, CoveredRule } from '../../testing/coverage.ts'
import type { SavedReport } from '../../testing/report-shape.ts'

export type JsonCoverage = NonNullable<SavedReport['coverage']>

/** `coverage: rules 3/4 (75 %), conditions both ways 5/6, replies 2/3, lists 1/1` */
export function coverageLine({ percent, rules, conditions, replies, lists }: JsonCoverage): string {
  return [
    `coverage: rules ${rules.matched}/${rules.total} (${percent} %)`,
    `conditions both ways ${conditions.both}/${conditions.total}`,
    `replies ${replies.used}/${replies.total}`,
    `lists ${lists.used}/${lists.total}`,
  ].join(', ')
}

export interface Missing {
  readonly what: string
  /** `file:line` or `file:line:column`. */
  readonly at: string
  readonly text: string
}

/** In the order of the rules. What is missing because its rule was never asked is not named again. */
export function missingIn({ files }: JsonCoverage): readonly Missing[] {
  return files.flatMap(({ file, rules, lists, conditions }) => [
    ...rules.flatMap((rule) => missingInRule(rule, file)),
    ...conditions.flatMap((condition) => missingInCondition(condition, file, '')),
    ...lists
      .filter(({ hits }) => hits === 0)
      .map(({ list, line }) => ({ what: 'list without a hit', at: `${file}:${line}`, text: list })),
  ])
}

function missingInRule(covered: CoveredRule, file: string): readonly Missing[] {
  const { rule, line, evaluated, matched, conditions, reply } = covered
  const at = `${file}:${line}`
  if (evaluated === 0) return [{ what: 'never reached', at, text: rule }]
  return [
    ...(matched === 0 ? [{ what: 'never matched', at, text: rule }] : []),
    ...(matched > 0 && reply?.spoken === 0
      ? [{ what: 'reply never heard', at: `${file}:${reply.line}`, text: rule }]
      : []),
    ...conditions.flatMap((condition) => missingInCondition(condition, file, rule)),
  ]
}

function missingInCondition(condition: CoveredCondition, file: string, rule: string): readonly Missing[] {
  const what = onlyWay(condition)
  const at = `${file}:${condition.line}:${condition.column}`
  return what === undefined ? [] : [{ what, at, text: [rule, condition.test].filter(Boolean).join('  ') }]
}

function onlyWay({ hit, missed, unknown }: CoveredCondition): string | undefined {
  if (hit + missed + unknown === 0) return 'never asked'
  if (hit === 0) return missed === 0 ? 'only unknown' : 'never hit'
  return missed === 0 ? 'never missed' : undefined
}
