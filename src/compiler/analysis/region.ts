/**
 * A set of values of one fact, exact: networks and numbers as ranges, names as trees of labels, texts as lists of
 * exceptions. What cannot be said exactly is no region but a predicate (`value-set.ts`).
 */
export interface Region<Self = unknown> {
  readonly kind: 'range' | 'names' | 'texts'
  readonly isEmpty: boolean
  /** Values of both. */
  and(other: Self): Self
  /** All values that are not in it. */
  not(): Self
  /** Some value, the plainest there is; undefined when it is empty. */
  example(): string | number | undefined
  /** All values, when there are few. */
  values(): readonly (string | number)[] | undefined
}
