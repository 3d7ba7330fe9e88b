/**
 * A session without a socket: its state, the questions to plugins, and what they decided, in order.
 *
 * It asks the same dispatcher and composes replies from the same table as the server.
 */
import type { AuthAttempt } from '../core/auth.ts'
import type { Command, HookContext } from '../core/context.ts'
import type { Decision } from '../core/decision.ts'
import type { Hook } from '../core/hook.ts'
import type { Outcome, Spoken } from '../core/outcome.ts'
import type { Split } from '../core/program.ts'
import type { LogLine, Ports } from '../core/ports.ts'
import { type ReplyRow, replyRow } from '../core/reply-table.ts'
import type { Connection, Recipient, Transaction } from '../core/session.ts'
import { isRefusal } from '../core/verdict.ts'
import type { Dispatch } from '../engine/dispatch.ts'
import { POLICY_AWAY } from '../smtp/protocol-replies.ts'
import { decisionOf } from './decision.ts'

export interface OfflineOptions {
  readonly dispatch: Dispatch
  readonly hostname: string
  readonly ports: Ports
  /** One plugin alone: where nobody decides, the session goes on as if the rest of a site had said OK. */
  readonly isolated: boolean
  /** Of the program: what recipients of one message may not differ in. */
  readonly split?: Split | undefined
}

export interface Asked {
  readonly hook: Hook
  readonly subject?: string
  readonly recipient?: Recipient
  readonly command?: Command
  readonly attempt?: AuthAttempt
}

/** Hooks at which most sites have no rule. Where no rule was asked there, nothing is told of them. */
export function isQuiet(hook: Hook): boolean {
  return QUIET.has(hook)
}

const QUIET: ReadonlySet<Hook> = new Set([
  'config',
  'user_config',
  'mail_pre',
  'rcpt_pre',
  'received_line',
  'queue_post',
  'reset_transaction',
  'disconnect',
  'post_connection',
  'logging',
])

/** Hooks behind which a session has nothing more to say: no expectation means them unless it names them. */
export function isAfterwards(hook: Hook): boolean {
  return AFTERWARDS.has(hook)
}

const AFTERWARDS: ReadonlySet<Hook> = new Set([
  'queue_post',
  'reset_transaction',
  'disconnect',
  'post_connection',
  'logging',
  'deny',
  'ok',
])

export interface Ruled {
  readonly outcome: Outcome
  readonly row: ReplyRow
  readonly goesOn: boolean
}

export class OfflineSession {
  readonly connection: Connection
  readonly decisions: Decision[] = []
  readonly outcomes: Outcome[] = []
  transaction: Transaction | undefined
  /** Plugins are not shown it any more. */
  transactionIsOver = false
  readonly #options: OfflineOptions
  readonly #ports: Ports
  /** What plugins do about lines of the log goes on beside the session. */
  readonly #logging: Promise<void>[] = []

  constructor(connection: Connection, options: OfflineOptions) {
    this.connection = connection
    this.#options = options
    const { log, ...others } = options.ports
    this.#ports = {
      ...others,
      log: {
        write: (level, fields, text) => {
          log.write(level, fields, text)
          this.#logging.push(this.#tellLog({ level, fields, text }))
        },
      },
    }
  }

  get hostname(): string {
    return this.connection.config?.hostname ?? this.#options.hostname
  }

  /** Until plugins have heard of every line of the log. */
  async settle(): Promise<void> {
    await Promise.all(this.#logging)
  }

  /** Whether the session goes on. */
  async ask(asked: Asked): Promise<boolean> {
    return (await this.consult(asked)).goesOn
  }

  async consult(asked: Asked): Promise<Ruled> {
    const outcome = await this.#options.dispatch(this.#context(asked))
    const row = replyRow(asked.hook, outcome.verdict.code, this.connection.attached)
    const isUnasked = isQuiet(asked.hook) && !outcome.by && !outcome.trace?.length
    if (outcome.each) this.#noteEach(outcome, outcome.each)
    else if (!isUnasked) this.#note(outcome, asked)
    const isOpen = this.#options.isolated && outcome.verdict.code === 'DECLINED'
    return { outcome, row, goesOn: isOpen || (row.meaning !== 'refuse' && row.meaning !== 'silent') }
  }

  /** Nobody is asked: which policy the recipient has is not known. The session goes on. */
  postpone(recipient: Recipient): true {
    const { code: replyCode, status, text: message } = POLICY_AWAY
    const verdict = { code: 'DENYSOFT', replyCode, message, ...(status !== undefined && { status }) } as const
    this.#note(
      { hook: 'rcpt', verdict, by: undefined, monitored: [], delay: 0, trace: [] },
      { hook: 'rcpt', recipient },
    )
    return true
  }

  /** Recipients that were refused are left out from here on, or the message is kept aside for them. */
  #noteEach(outcome: Outcome, each: readonly Spoken[]): void {
    const recipients = this.transaction?.recipients ?? []
    each.forEach(({ verdict, by }, index) => {
      const recipient = recipients[index]
      if (recipient) this.#note({ ...outcome, verdict, by }, { hook: outcome.hook, recipient })
    })
    const refuses = (index: number): boolean => isRefusal(each[index]?.verdict.code ?? 'DECLINED')
    if (this.#options.split?.on === 'quarantine' && !each.every((_, index) => refuses(index))) hold(recipients, each)
    else recipients.splice(0, recipients.length, ...recipients.filter((_, index) => !refuses(index)))
  }

  #note(outcome: Outcome, { recipient, subject = '' }: Asked): void {
    this.outcomes.push(outcome)
    const subjects = { connection: this.connection, transaction: this.transaction, recipient }
    this.decisions.push(decisionOf(outcome, { ...subjects, names: { subject, hostname: this.hostname } }))
  }

  /** What is logged while a plugin hears of a line goes to the log alone. */
  async #tellLog(logged: LogLine): Promise<void> {
    const outcome = await this.#options.dispatch({
      ...this.#context({ hook: 'logging' }),
      ports: this.#options.ports,
      logged,
    })
    if (outcome.trace?.length) this.#note(outcome, { hook: 'logging' })
  }

  #context({ hook, recipient, command, attempt }: Asked): HookContext {
    return {
      hook,
      connection: this.connection,
      transaction: this.transactionIsOver ? undefined : this.transaction,
      recipient,
      command,
      attempt,
      decided: undefined,
      ports: this.#ports,
      signal: undefined,
      found: new Map(),
      trace: undefined,
    }
  }
}

function hold(recipients: readonly Recipient[], each: readonly Spoken[]): void {
  recipients.forEach((recipient, index) => {
    const verdict = each[index]?.verdict
    if (verdict && isRefusal(verdict.code)) recipient.held = verdict
  })
}
