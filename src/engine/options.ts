/** How a dispatcher works. */
export interface DispatchOptions {
  /** Milliseconds for one rule or handler. */
  readonly deadline: number
  /** Whether outcomes carry every rule that was looked at. */
  readonly trace: boolean
}
