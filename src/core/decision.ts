/** A decision as JSON: the same shape in `explain`, tests, logs and the HTTP answer (docs/decision.md). */
import type { Hook } from './hook.ts'
import type { NoteValue } from './notes.ts'
import type { RuleTrace } from './trace.ts'
import type { ReturnCode } from './verdict.ts'

export interface Decision {
  readonly hook: Hook
  /** At `rcpt`, and for decisions per recipient. */
  readonly rcpt?: string
  readonly return: ReturnCode
  readonly message?: string
  /** The reply as sent, lines joined by a line feed; `''` when nothing is sent at this hook. */
  readonly reply: string
  readonly plugin?: string
  readonly rule?: string
  /** `file:line:column` of the rule. */
  readonly at?: string
  readonly disconnect: boolean
  /** Which policy the recipient has, and why this one. */
  readonly policy?: { readonly key?: string; readonly at?: string; readonly because: string }
  readonly notes: Readonly<Record<string, NoteValue>>
  readonly headers: readonly string[]
  readonly trace: readonly RuleTrace[]
}
