/** How a decision came about, for `explain`, failed tests and the decision log. */
import type { Effect } from './effect.ts'
import type { ReturnCode } from './verdict.ts'
import type { Truth } from './truth.ts'

/** One comparison. */
export interface AtomTrace {
  /** `file:line:column` of the key in the rule. */
  readonly at: string
  /** The comparison as written, shortened: `sender.domain: .spam.example`. */
  readonly test: string
  readonly truth: Truth
  /** The fact as it was; absent when the fact was absent. */
  readonly saw?: string
  /** Which value matched, with the list entry's `file:line`; or why it is unknown. */
  readonly because?: string
}

/** One rule that was looked at. */
export interface RuleTrace {
  readonly plugin: string
  readonly rule: string
  readonly at: string
  readonly truth: Truth
  readonly atoms: readonly AtomTrace[]
  readonly effects: readonly Effect[]
  /** The code it answered, if any. In monitor mode: would have answered. */
  readonly return?: ReturnCode
  readonly monitored?: boolean
  /** A fault of the handler, or why an unknown was turned into an answer. */
  readonly note?: string
}
