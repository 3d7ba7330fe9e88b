/** Coverage in words: the figures. */
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
