/** What a handler is given: the state of the session at one hook. Facts are read from it, effects are applied to it. */
import type { AuthAttempt } from './auth.ts'
import type { Hook } from './hook.ts'
import type { LogLine, Ports } from './ports.ts'
import type { Outcome } from './outcome.ts'
import type { Connection, Recipient, Transaction } from './session.ts'
import type { AtomTrace } from './trace.ts'
import type { Unknown } from './truth.ts'

/** A command line as typed, for hooks that see commands rather than envelopes. */
export interface Command {
  /** Upper case; `''` for an empty line. */
  readonly verb: string
  readonly argument: string
}

export interface HookContext {
  readonly hook: Hook
  readonly connection: Connection
  readonly transaction: Transaction | undefined
  /** The recipient in question: at `rcpt`, and in rules run per recipient. */
  readonly recipient: Recipient | undefined
  readonly command: Command | undefined
  /** At `auth`. */
  readonly attempt?: AuthAttempt | undefined
  /** At `deny` and `ok`: what was decided. */
  readonly decided: Outcome | undefined
  /** At `logging`. */
  readonly logged?: LogLine | undefined
  readonly ports: Ports
  /** Aborts when the handler's time is up; look-ups pass it on. */
  readonly signal: AbortSignal | undefined
  /**
   * What the words of the current rule found (`dnsbl.zone`, `list.reason`), for its later keys and its message. Where a
   * word could not find out, its names are `Unknown` here: absent would mean that there is nothing.
   */
  readonly found: Map<string, string | Unknown>
  /** Where conditions write what they saw; absent when nobody will read it. */
  readonly trace: AtomTrace[] | undefined
}
