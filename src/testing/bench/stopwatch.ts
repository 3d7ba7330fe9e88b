/** Time for measurements. */
import { median } from './statistics.ts'

/** Nanoseconds of a clock that never goes back. A port: there is no such clock here. */
export type Stopwatch = () => number

const LOOKS = 1001

/** What two looks at the stopwatch take by themselves: it is in whatever is measured. */
export function lookTime(stopwatch: Stopwatch): number {
  return median(
    Array.from({ length: LOOKS }, () => {
      const began = stopwatch()
      return stopwatch() - began
    }),
  )
}
