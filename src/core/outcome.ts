/** What a hook decided: the dispatcher's answer to the session. */
import type { Hook } from './hook.ts'
import type { RuleTrace } from './trace.ts'
import type { Verdict } from './verdict.ts'

/** The rule or handler that spoke. */
export interface Speaker {
  readonly plugin: string
  readonly rule: string
  /** `file:line:column` */
  readonly at: string
}

/** An answer and whose it is. */
export interface Spoken {
  readonly verdict: Verdict
  readonly by: Speaker | undefined
}

export interface Outcome {
  readonly hook: Hook
  /** Code DECLINED when no plugin decided. */
  readonly verdict: Verdict
  readonly by: Speaker | undefined
  /** What rules in monitor mode would have answered. */
  readonly monitored: readonly (Speaker & { readonly verdict: Verdict })[]
  /**
   * After DATA, where parts of the recipients were answered differently: each recipient's own, in the order of the
   * transaction.
   */
  readonly each?: readonly Spoken[]
  /** Milliseconds the client is to wait for the reply. */
  readonly delay: number
  /** Every rule looked at, when the caller asked for it. */
  readonly trace: readonly RuleTrace[] | undefined
}
