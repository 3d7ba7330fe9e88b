/** How a dispatcher works. */
import type { Outcome } from '../core/outcome.ts'

export interface DispatchOptions {
  /** Milliseconds for one rule or handler. */
  readonly deadline: number
  /** Milliseconds for all rules of one hook together; without it each has its own time and no more. */
  readonly hookDeadline?: number
  /** Whether outcomes carry every rule that was looked at. */
  readonly trace: boolean
  /** Is shown what plugins did when they heard of a decision, at `deny` and `ok`. */
  readonly onTold?: (outcome: Outcome) => void
}
