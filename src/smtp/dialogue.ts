/**
 * The state of a session and the one way to ask policy about it.
 *
 * Steps of the protocol change the state through here. An answer that comes after the session has ended goes nowhere:
 * neither a reply nor a later hook follows from it.
 */
import type { AuthAttempt } from '../core/auth.ts'
import type { Command, HookContext } from '../core/context.ts'
import type { LogLevel } from '../core/effect.ts'
import type { Hook } from '../core/hook.ts'
import type { Limits } from '../core/limits.ts'
import { type Offer, PLAIN_OFFER } from '../core/offer.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Policies } from '../core/policy.ts'
import type { Entropy, Log, LogEnding, LogFields, Ports } from '../core/ports.ts'
import type { Split } from '../core/program.ts'
import { replyRow } from '../core/reply-table.ts'
import { type Connection, newTransaction, type Recipient, type Transaction } from '../core/session.ts'
import type { TlsState } from '../core/net/tls.ts'
import { isPromise, type MaybePromise, andThen } from '../core/truth.ts'
import type { Answer } from './answer.ts'
import type { Attributes } from './arguments/attributes.ts'
import { logRuling, type Ruling, type Subject, subjectFields } from './decision-log.ts'
import type { DialogueOptions } from './dialogue-options.ts'
import { EarlyEar } from './early-input.ts'
import { Pauses } from './pauses.ts'
import { TOO_MANY_AUTH_FAILURES, TOO_MANY_ERRORS } from './protocol-replies.ts'
import { composeReply, type Reply } from './reply.ts'
import { PLAIN_TERMS, type Terms } from './terms.ts'
import { TransactionRoom } from './transaction-room.ts'

export interface Question {
  readonly hook: Hook
  readonly command?: Command
  readonly recipient?: Recipient | undefined
  readonly attempt?: AuthAttempt | undefined
  /** What `{subject}` in a reply stands for. */
  readonly subject?: string
}

export interface Step extends Question {
  /** Goes on when nobody objects. */
  readonly go: (ruling: Ruling) => MaybePromise<Answer>
  /** Takes back what must not outlive a refusal. */
  readonly undo?: () => MaybePromise<void>
}

const NOTHING: Answer = {}

export class Dialogue {
  /** Of this session: rules at `config` may have changed them. */
  limits: Limits
  readonly policies: Policies | undefined
  readonly split: Split | undefined
  readonly terms: Terms
  readonly offer: Offer
  readonly entropy: Entropy
  readonly pauses: Pauses
  readonly early: EarlyEar
  readonly room: TransactionRoom
  /** Refused commands, and commands that serve no message, since the last accepted message. */
  errors = 0
  junk = 0
  /** Failed attempts to log in, and transactions begun, since the session began. */
  authFailures = 0
  transactions = 0
  /** What XCLIENT said. */
  told: Attributes = new Map()
  readonly #options: DialogueOptions
  #connection: Connection
  /** What the client may do on account of who it is, whatever it said after the greeting. */
  #granted: Pick<Connection, 'relayClient' | 'immune'> = { relayClient: false, immune: false }
  #transaction: Transaction | undefined
  #ended = false
  /** Since the last transaction, or the beginning. */
  #refused = false

  constructor(options: DialogueOptions) {
    this.#connection = options.connection
    this.limits = options.limits
    this.policies = options.policies
    this.split = options.split
    this.terms = options.terms ?? PLAIN_TERMS
    this.offer = options.offer ?? PLAIN_OFFER
    this.entropy = options.entropy
    this.pauses = new Pauses(options.ports.clock)
    this.early = new EarlyEar(this.pauses, options.inputWaits)
    this.#options = options
    const { spool } = options
    const log = options.tellsLog ? this.#toldLog(options.ports.log) : options.ports.log
    this.room = new TransactionRoom({ ports: { ...options.ports, log, earlyInput: this.early }, spool })
  }

  /** Our own name, as this client hears it. */
  get hostname(): string {
    return this.#connection.config?.hostname ?? this.#options.hostname
  }

  get connection(): Connection {
    return this.#connection
  }

  get ports(): Ports {
    return this.room.ports
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

  /** What rules say about the settings of this session holds from here on. */
  configure(): MaybePromise<void> {
    return andThen(this.tell('config'), () => {
      const { limits } = this.#options
      const { hostname: _, greeting: __, ...changed } = this.#connection.config ?? {}
      this.limits = { ...limits, ...changed }
    })
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

  newId(): string {
    return this.#options.newId()
  }

  begin(): Transaction {
    const transaction = newTransaction(this.newId())
    this.transactions += 1
    this.room.begin()
    this.#transaction = transaction
    return transaction
  }

  inputWaits(): boolean {
    return this.#options.inputWaits()
  }

  /**
   * One error for one answer that is all refusals. 452 asks to come again, with other recipients (RFC 5321 section
   * 4.5.3.1.10) or later: no error of the client.
   */
  count(replies: readonly Reply[]): void {
    if (replies.length > 0 && replies.every(({ code }) => code >= 400 && code !== 452)) this.errors += 1
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
      this.#settle('transaction')
      return this.room.end()
    })
  }

  /** The last word about this session. */
  over(): MaybePromise<void> {
    return andThen(this.tell('post_connection'), () => this.#settle('session'))
  }

  #settle(of: LogEnding['of']): void {
    this.#options.ports.log.settle?.(this.origin.id, { of, refused: this.#refused })
    this.#refused = false
  }

  get isOver(): boolean {
    return this.#ended
  }

  /** Why the session ends here, when the client has tried its patience. */
  get patienceEnds(): Reply | undefined {
    if (this.authFailures >= this.limits.auth_failures) return TOO_MANY_AUTH_FAILURES
    return this.errors >= this.limits.errors ? TOO_MANY_ERRORS : undefined
  }

  /** From now on no answer counts, and nobody waits for a delay. */
  end(): void {
    this.#ended = true
    this.pauses.end()
  }

  /** Goes on with a value, unless the session has ended by the time it is there. */
  when<T>(value: MaybePromise<T>, next: (value: T) => MaybePromise<Answer>): MaybePromise<Answer> {
    return isPromise(value) ? value.then((settled) => (this.#ended ? NOTHING : next(settled))) : next(value)
  }

  /** Asks policy; a refusal is answered here. */
  ask(step: Step): MaybePromise<Answer> {
    return this.when(this.consult(step), (ruling) => this.follow(ruling, step))
  }

  /** What follows from an answer of policy. */
  follow(ruling: Ruling, step: Step): MaybePromise<Answer> {
    this.record(ruling, step)
    const { row, reply } = ruling
    if (row.meaning !== 'refuse' && row.meaning !== 'silent') return step.go(ruling)
    return andThen(step.undo?.(), () => ({ reply, close: row.close ?? false, logged: true }))
  }

  /** Asks policy and leaves the answer to the caller, who has it recorded if anything follows from it. */
  consult(question: Question): MaybePromise<Ruling> {
    return andThen(this.#options.dispatch(this.#context(question.hook, question)), (outcome) =>
      andThen(this.pauses.wait(outcome.delay), () => this.rule(outcome, question.subject)),
    )
  }

  /** What follows from an outcome at its hook. */
  rule(outcome: Outcome, subject = ''): Ruling {
    const { hook, verdict } = outcome
    const row = replyRow(hook, verdict.code, this.#connection.attached)
    return { outcome, row, reply: row.reply && composeReply(hook, verdict, { subject, hostname: this.hostname }) }
  }

  record(ruling: Ruling, about: Pick<Question, 'recipient' | 'attempt'> = {}): void {
    if (ruling.row.meaning === 'refuse') this.#refused = true
    logRuling(this.ports.log, this.#subject(about), ruling)
  }

  /** Lets plugins know; what they answer changes nothing. */
  tell(hook: Hook, about: Pick<Question, 'recipient'> = {}): MaybePromise<void> {
    return andThen(this.#options.dispatch(this.#context(hook, about)), () => undefined)
  }

  /** What is logged while a plugin hears of a line goes to the log alone. */
  #toldLog(log: Log): Log {
    return {
      write: (level, fields, text) => {
        log.write(level, fields, text)
        const { dispatch, ports } = this.#options
        void dispatch({ ...this.#context('logging', {}), ports, logged: { level, fields, text } })
      },
    }
  }

  #subject({ recipient, attempt }: Pick<Question, 'recipient' | 'attempt'> = {}): Subject {
    const { revision } = this.#options
    return { connection: this.#connection, transaction: this.#transaction, recipient, attempt, revision }
  }

  #context(hook: Hook, { command, recipient, attempt }: Omit<Question, 'hook'>): HookContext {
    return {
      hook,
      connection: this.connection,
      transaction: this.#transaction,
      recipient,
      command,
      attempt,
      decided: undefined,
      ports: this.ports,
      signal: undefined,
      found: new Map(),
      trace: undefined,
    }
  }
}
