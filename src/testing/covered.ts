/** Coverage as reports hold it: what was reached, in numbers, and whether that is as much as was asked for. */
import type { FromSchema } from '../core/schema.ts'
import { keysOf } from '../core/table.ts'
import type { CONDITION_SCHEMA, COVERAGE_SCHEMA, COVERED_FILE_SCHEMA } from './report-shape.ts'

export type MeasuredCoverage = FromSchema<typeof COVERAGE_SCHEMA>
export type Coverage = Omit<MeasuredCoverage, (typeof GATES)[CoverageKind]>
export type CoveredFile = FromSchema<typeof COVERED_FILE_SCHEMA>
export type CoveredRule = CoveredFile['rules'][number]
export type CoveredCondition = FromSchema<typeof CONDITION_SCHEMA>

/** What `--fail-under` can be about, and where a report keeps the percentage that was asked for. */
export const GATES = {
  rules: 'fail_under',
  conditions: 'fail_under_conditions',
  replies: 'fail_under_replies',
  lists: 'fail_under_lists',
} as const
export type CoverageKind = keyof typeof GATES
export const COVERAGE_KINDS: readonly CoverageKind[] = keysOf(GATES)

/** Rounded down to tenths, so that 100 means all; 100 of nothing. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((1000 * part) / whole) / 10
}

interface Share {
  readonly covered: number
  readonly total: number
}

function shareOf({ rules, conditions, replies, lists }: Coverage, kind: CoverageKind): Share {
  const shares: Readonly<Record<CoverageKind, Share>> = {
    rules: { covered: rules.matched, total: rules.total },
    conditions: { covered: conditions.both, total: conditions.total },
    replies: { covered: replies.used, total: replies.total },
    lists: { covered: lists.used, total: lists.total },
  }
  return shares[kind]
}

export interface MissedGate extends Share {
  readonly kind: CoverageKind
  readonly wanted: number
}

/** Where less is covered than was asked for; without a rule nothing is. */
export function missedGates(coverage: MeasuredCoverage): readonly MissedGate[] {
  return COVERAGE_KINDS.flatMap((kind) => {
    const wanted = coverage[GATES[kind]]
    const share = shareOf(coverage, kind)
    if (wanted === undefined) return []
    const isMet = coverage.rules.total > 0 && share.covered * 100 >= wanted * share.total
    return isMet ? [] : [{ kind, wanted, ...share }]
  })
}

export function isMatched({ matched }: CoveredRule): boolean {
  return matched > 0
}

export function isBothWays({ hit, missed }: CoveredCondition): boolean {
  return hit > 0 && missed > 0
}

export function conditionsOf({ rules, conditions }: CoveredFile): readonly CoveredCondition[] {
  return [...rules.flatMap((rule) => rule.conditions), ...conditions]
}
