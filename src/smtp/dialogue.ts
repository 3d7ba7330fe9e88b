/**
 * The state of a session and the one way to ask policy about it.
 *
 * Steps of the protocol change the state through here. An answer that comes after the session has ended goes nowhere:
 * neither a reply nor a later hook follows from it.
 */
import type { Command, HookContext } from '../core/context.ts'
import type { LogLevel } from '../core/effect.ts'
import type { Hook } from '../core/hook.ts'
import type { Limits } from '../core/limits.ts'
import type { Outcome } from '../core/outcome.ts'
import type { LogFields, Ports } from '../core/ports.ts'
import { replyRow } from '../core/reply-table.ts'
import { type Connection, newTransaction, type Recipient, type Transaction } from '../core/session.ts'
import type { TlsState } from '../core/tls.ts'
import { isPromise, type MaybePromise, andThen } from '../core/truth.ts'
import type { Dispatch } from '../engine/dispatch.ts'
import type { Answer } from './answer.ts'
import type { Attributes } from './attributes.ts'
import { logRuling, type Ruling, type Subject, subjectFields } from './decision-log.ts'
import { composeReply, type Reply } from './reply.ts'
import { PLAIN_TERMS, type Terms } from './terms.ts'

export interface DialogueOptions {
  readonly connection: Connection
  readonly hostname: string
  readonly limits: Limits
  /** Plain SMTP without it. */
  readonly terms?: Terms
  /** Which rules decide, for the log. */
  readonly revision: string
  readonly dispatch: Dispatch
  readonly ports: Ports
  /** Unique texts of letters and digits, for transactions. */
  readonly newId: () => string
  /** Whether the client has sent more than what is being worked on. */
  readonly inputWaits: () => boolean
}

export interface Question {
  readonly hook: Hook
  readonly command?: Command
  readonly recipient?: Recipient
  /** What `{subject}` in a reply stands for. */
  readonly subject?: string
  /** Goes on when nobody objects. */
  readonly go: (ruling: Ruling) => MaybePromise<Answer>
  /** Takes back what must not outlive a refusal. */
  readonly undo?: () => MaybePromise<void>
}

const NOTHING: Answer = {}

export class Dialogue {
  readonly hostname: string
  readonly limits: Limits
  readonly terms: Terms
  readonly ports: Ports
  /** Refused commands, and commands that serve no message, since the last accepted message. */
  errors = 0
  junk = 0
  /** What XCLIENT said. */
  told: Attributes = new Map()
  readonly #options: DialogueOptions
  #connection: Connection
  /** What the client may do on account of who it is, whatever it said after the greeting. */
  #granted: Pick<Connection, 'relayClient' | 'immune'> = { relayClient: false, immune: false }
  #transaction: Transaction | undefined
  #ended = false
  #endDelay: (() => void) | undefined

  constructor(options: DialogueOptions) {
    this.#connection = options.connection
    this.hostname = options.hostname
    this.limits = options.limits
    this.terms = options.terms ?? PLAIN_TERMS
    this.ports = options.ports
    this.#options = options
  }

  get connection(): Connection {
    return this.#connection
  }

  get transaction(): Transaction | undefined {
    return this.#transaction
  }

  /** The client that is really there. */
  get origin(): Connection {
    return this.#options.connection
  }

  /** Begins anew with the client that a trusted one has named (XCLIENT), with all it was told so far. */
  restart(connection: Connection, told: Attributes): void {
    this.#connection = connection
    this.told = told
  }

  /** The client is about to be greeted. */
  greet(): void {
    const { relayClient, immune } = this.#connection
    this.#granted = { relayClient, immune }
  }

  /** Encrypted from here on. What was said in clear, and granted for it, is forgotten; notes and scores stay. */
  secure(tls: TlsState): void {
    Object.assign(this.#connection, { ...this.#granted, hello: undefined, auth: undefined, tls })
  }

  begin(): Transaction {
    const transaction = newTransaction(this.#options.newId())
    this.#transaction = transaction
    return transaction
  }

  inputWaits(): boolean {
    return this.#options.inputWaits()
  }

  /** "Too many recipients" asks for another transaction (RFC 5321 section 4.5.3.1.10): no error of the client. */
  countError({ code }: Reply): void {
    if (code !== 452) this.errors += 1
  }

  log(level: LogLevel, fields: LogFields, text: string): void {
    this.ports.log.write(level, { ...subjectFields(this.#subject()), ...fields }, text)
  }

  /** A client that brought a message starts with a clean sheet. */
  forgive(): void {
    this.errors = 0
    this.junk = 0
  }

  /** Ends the transaction, if there is one. */
  reset(): MaybePromise<void> {
    if (this.#transaction === undefined) return undefined
    return andThen(this.tell('reset_transaction'), () => {
      this.#transaction = undefined
      this.#connection.xforward = undefined
    })
  }

  /** From now on no answer counts, and nobody waits for a delay. */
  end(): void {
    this.#ended = true
    this.#endDelay?.()
  }

  /** Goes on with a value, unless the session has ended by the time it is there. */
  when<T>(value: MaybePromise<T>, next: (value: T) => MaybePromise<Answer>): MaybePromise<Answer> {
    return isPromise(value) ? value.then((settled) => (this.#ended ? NOTHING : next(settled))) : next(value)
  }

  /** Asks policy; a refusal is answered here. */
  ask(question: Question): MaybePromise<Answer> {
    return this.when(this.#options.dispatch(this.#context(question.hook, question)), (outcome) =>
      this.when(this.#delay(outcome.delay), () => this.#decide(question, outcome)),
    )
  }

  /** Lets plugins know; what they answer changes nothing. */
  tell(hook: Hook): MaybePromise<void> {
    return andThen(this.#options.dispatch(this.#context(hook, {})), () => undefined)
  }

  #decide(question: Question, outcome: Outcome): MaybePromise<Answer> {
    const row = replyRow(question.hook, outcome.verdict.code)
    const names = { subject: question.subject ?? '', hostname: this.hostname }
    const ruling: Ruling = { outcome, row, reply: composeReply(question.hook, outcome.verdict, names) }
    logRuling(this.ports.log, this.#subject(question.recipient), ruling)
    if (row.meaning !== 'refuse' && row.meaning !== 'silent') return question.go(ruling)
    return andThen(question.undo?.(), () => ({ reply: ruling.reply, close: row.close ?? false, logged: true }))
  }

  #subject(recipient?: Recipient): Subject {
    const { revision } = this.#options
    return { connection: this.#connection, transaction: this.#transaction, recipient, revision }
  }

  #delay(milliseconds: number): MaybePromise<void> {
    if (milliseconds <= 0) return undefined
    return new Promise((resolve) => {
      const cancel = this.ports.clock.after(milliseconds, resolve)
      this.#endDelay = () => {
        cancel()
        resolve()
      }
    })
  }

  #context(hook: Hook, { command, recipient }: Pick<Question, 'command' | 'recipient'>): HookContext {
    return {
      hook,
      connection: this.connection,
      transaction: this.#transaction,
      recipient,
      command,
      decided: undefined,
      ports: this.ports,
      signal: undefined,
      found: new Map(),
      trace: undefined,
    }
  }
}
