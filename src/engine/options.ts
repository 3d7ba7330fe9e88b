/** How a dispatcher works. */
export interface DispatchOptions {
  /** Milliseconds for one rule or handler. */
  readonly deadline: number
  /** Milliseconds for all rules of one hook together; without it each has its own time and no more. */
  readonly hookDeadline?: number
  /** Whether outcomes carry every rule that was looked at. */
  readonly trace: boolean
}
