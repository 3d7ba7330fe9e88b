/**
 * What one rule is given: the session's state, and what belongs to this rule alone.
 *
 * Made once for each rule that is asked, so it is a class: what most rules never look at is made when they do.
 */
import type { AuthAttempt } from '../core/auth.ts'
import type { Command, HookContext } from '../core/context.ts'
import type { Hook } from '../core/hook.ts'
import type { Outcome } from '../core/outcome.ts'
import type { LogLine, Ports } from '../core/ports.ts'
import type { Connection, Recipient, Transaction } from '../core/session.ts'
import type { AtomTrace } from '../core/trace.ts'

export class RuleContext implements HookContext {
  readonly hook: Hook
  readonly connection: Connection
  readonly transaction: Transaction | undefined
  readonly recipient: Recipient | undefined
  readonly command: Command | undefined
  readonly attempt: AuthAttempt | undefined
  readonly decided: Outcome | undefined
  readonly logged: LogLine | undefined
  readonly ports: Ports
  readonly trace: AtomTrace[] | undefined
  #found: HookContext['found'] | undefined
  #controller: AbortController | undefined
  #expired = false

  constructor(base: HookContext, trace: AtomTrace[] | undefined) {
    this.hook = base.hook
    this.connection = base.connection
    this.transaction = base.transaction
    this.recipient = base.recipient
    this.command = base.command
    this.attempt = base.attempt
    this.decided = base.decided
    this.logged = base.logged
    this.ports = base.ports
    this.trace = trace
  }

  get found(): HookContext['found'] {
    this.#found ??= new Map()
    return this.#found
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#expired) this.#controller.abort()
    return this.#controller.signal
  }

  /** The rule's time is up. */
  expire(): void {
    this.#expired = true
    this.#controller?.abort()
  }
}
