/**
 * Walks a recorded session through the rules without a socket: every hook it has facts for, in session order.
 *
 * It asks the same dispatcher and composes replies from the same table as the server, and goes no further than a real
 * session would. Nothing is delivered: the carrier it is given decides what `queue` hears.
 */
import { addressText, formatAddress } from '../core/address.ts'
import type { AuthAttempt } from '../core/auth.ts'
import type { Command, HookContext } from '../core/context.ts'
import type { Decision } from '../core/decision.ts'
import { type HeaderField, makeField } from '../core/header.ts'
import type { Hook } from '../core/hook.ts'
import type { Message } from '../core/message.ts'
import type { Outcome, Spoken } from '../core/outcome.ts'
import { noPolicy, type Policies } from '../core/policy.ts'
import type { LogLine, Ports } from '../core/ports.ts'
import type { Split } from '../core/program.ts'
import { type ReplyRow, replyRow } from '../core/reply-table.ts'
import { reverseName } from '../core/reverse-name.ts'
import { type Connection, newRecipient, newTransaction, type Recipient, type Transaction } from '../core/session.ts'
import { differences, mayDiffer } from '../core/split.ts'
import { isRefusal } from '../core/verdict.ts'
import type { Dispatch } from '../engine/dispatch.ts'
import { receivedField } from '../smtp/received.ts'
import { lookUpRemoteHost } from '../smtp/remote-host.ts'
import { decisionOf, postponed } from './decision.ts'
import { hasAnswer } from './fixture-resolver.ts'
import { connectionOf, recipientsOf, type SessionRecord } from './session-record.ts'
import { addressIn, bareAddress, commandOf, hookOf, loginIn, messageOf, rewrittenBy, senderIn } from './walk-parts.ts'

export interface WalkOptions {
  readonly dispatch: Dispatch
  readonly hostname: string
  readonly ports: Ports
  /** The content of the record's `message` file. */
  readonly message: Buffer | undefined
  /** One plugin alone: where nobody decides, the session goes on as if the rest of a site had said OK. */
  readonly isolated: boolean
  /** Without it recipients have none. */
  readonly policies?: Policies | undefined
  /** Of the program: what recipients of one message may not differ in. */
  readonly split?: Split | undefined
}

export interface Walked {
  readonly decisions: readonly Decision[]
  readonly outcomes: readonly Outcome[]
  readonly accepted: readonly string[]
  readonly connection: Connection
  readonly transaction: Transaction | undefined
}

/** Throws an Error with a plain sentence when the record cannot be a session. */
export async function walk(record: SessionRecord, options: WalkOptions): Promise<Walked> {
  const walker = new Walker(record, options)
  await walker.walk()
  return walker.result()
}

interface Asked {
  readonly hook: Hook
  readonly subject?: string
  readonly recipient?: Recipient
  readonly command?: Command
  readonly attempt?: AuthAttempt
}

/** Hooks at which most sites have no rule. Where no rule was asked there, nothing is told of them. */
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

class Walker {
  readonly #record: SessionRecord
  readonly #options: WalkOptions
  readonly #connection: Connection
  readonly #decisions: Decision[] = []
  readonly #outcomes: Outcome[] = []
  readonly #ports: Ports
  /** What plugins do about lines of the log goes on beside the session. */
  readonly #logging: Promise<void>[] = []
  #transaction: Transaction | undefined
  #transactionIsOver = false

  constructor(record: SessionRecord, options: WalkOptions) {
    this.#record = record
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
    this.#connection = connectionOf(record, options.ports.clock.now())
  }

  get #hostname(): string {
    return this.#connection.config?.hostname ?? this.#options.hostname
  }

  result(): Walked {
    const accepted = this.#transaction?.recipients.map(({ address }) => addressText(address)) ?? []
    return {
      decisions: this.#decisions,
      outcomes: this.#outcomes,
      accepted,
      connection: this.#connection,
      transaction: this.#transaction,
    }
  }

  async walk(): Promise<void> {
    const steps = [
      () => this.#connect(),
      () => this.#hello(),
      () => this.#logIn(),
      () => this.#commands(),
      () => this.#mail(),
      () => this.#recipients(),
      () => this.#content(),
    ]
    for (const step of steps) if (!(await step())) break
    await this.#end()
  }

  /** Whatever came before: plugins hear that it is over. */
  async #end(): Promise<void> {
    if (this.#transaction) await this.#ask({ hook: 'reset_transaction' })
    this.#transactionIsOver = true
    for (const hook of ['disconnect', 'post_connection'] as const) await this.#ask({ hook })
    await Promise.all(this.#logging)
  }

  async #connect(): Promise<boolean> {
    await this.#consult({ hook: 'config' })
    if (!(await this.#ask({ hook: 'pre_connection' }))) return false
    await this.#lookUpHost()
    return this.#ask({ hook: 'connect' })
  }

  /** A record that does not name the client may say what DNS answers: a look-up that fails is not a client without a name. */
  async #lookUpHost(): Promise<void> {
    const { remote_host: host, dns = {} } = this.#record
    const { ip } = this.#connection.remote
    if (host !== undefined || !hasAnswer(dns, `${reverseName(ip)} PTR`)) return
    this.#connection.remoteHost = await lookUpRemoteHost(this.#options.ports.resolver, ip)
  }

  async #hello(): Promise<boolean> {
    const { helo, helo_verb: verb = 'EHLO' } = this.#record
    if (helo === undefined) return true
    this.#connection.hello = { verb, name: helo }
    return this.#ask({ hook: verb === 'HELO' ? 'helo' : 'ehlo', subject: helo })
  }

  /** A login that fails ends nothing. */
  async #logIn(): Promise<boolean> {
    const attempt = loginIn(this.#record)
    if (!attempt) return true
    const { user, mechanism } = attempt
    const { row } = await this.#consult({ hook: 'auth', attempt, command: { verb: 'AUTH', argument: mechanism } })
    if (row.meaning === 'accept') {
      this.#connection.auth = { user, mechanism }
      this.#connection.relayClient = true
    }
    return row.close !== true
  }

  async #commands(): Promise<boolean> {
    for (const line of this.#record.commands ?? []) {
      const command = commandOf(line)
      const { row } = await this.#consult({ hook: hookOf(command), command, subject: command.argument })
      if (row.close) return false
    }
    return true
  }

  async #mail(): Promise<boolean> {
    const { sender, mail_params: params, notes } = this.#record
    if (sender === undefined) return false
    const transaction = newTransaction('offline')
    transaction.mailParams = new Map(Object.entries(params ?? {}).map(([name, value]) => [name.toUpperCase(), value]))
    for (const [name, value] of Object.entries(notes?.transaction ?? {})) transaction.notes.set(name, value)
    this.#transaction = transaction
    const command = { verb: 'MAIL', argument: `FROM:<${bareAddress(sender)}>` }
    const { outcome } = await this.#consult({ hook: 'mail_pre', command })
    transaction.sender = senderIn(rewrittenBy(outcome) ?? sender)
    return this.#ask({ hook: 'mail', command, subject: formatAddress(transaction.sender) })
  }

  async #recipients(): Promise<boolean> {
    for (const text of recipientsOf(this.#record)) if (!(await this.#recipient(text))) return false
    return (this.#transaction?.recipients.length ?? 0) > 0
  }

  async #recipient(text: string): Promise<boolean> {
    const command = { verb: 'RCPT', argument: `TO:<${bareAddress(text)}>` }
    const { outcome } = await this.#consult({ hook: 'rcpt_pre', command })
    const recipient = newRecipient(addressIn(rewrittenBy(outcome) ?? text))
    recipient.policy = (await this.#options.policies?.find(recipient.address)) ?? noPolicy()
    await this.#consult({ hook: 'user_config', recipient })
    const subject = formatAddress(recipient.address)
    const { goesOn, row } = await this.#consult({ hook: 'rcpt', command, recipient, subject })
    if (goesOn && !this.#mustWait(recipient)) this.#transaction?.recipients.push(recipient)
    return row.close !== true
  }

  /** What a server would say instead of what was decided. */
  #mustWait(recipient: Recipient): boolean {
    const { split } = this.#options
    const [first] = this.#transaction?.recipients ?? []
    const decision = this.#decisions.at(-1)
    if (!split || !this.#transaction || !first || !decision) return false
    if (mayDiffer(split, this.#connection, this.#transaction)) return false
    if (differences(split, first, recipient).length === 0) return false
    this.#decisions.splice(-1, 1, postponed(decision))
    return true
  }

  async #content(): Promise<boolean> {
    const message = messageOf(this.#record, this.#options.message)
    if (!message || !this.#transaction) return false
    if (!(await this.#ask({ hook: 'data' }))) return false
    this.#transaction.message = message
    for (const field of this.#transaction.newFields) message.prepend(field)
    for (const hook of ['data_headers_end', 'data_post_headers'] as const)
      if (!(await this.#ask({ hook }))) return false
    await this.#receive(message, this.#transaction.id)
    for (const hook of ['data_post', 'queue_pre'] as const) {
      if (!(await this.#ask({ hook })) || this.#transaction.recipients.length === 0) return false
    }
    const { row } = await this.#consult({ hook: 'queue' })
    return row.meaning === 'accept' && this.#ask({ hook: 'queue_post' })
  }

  async #receive(message: Message, id: string): Promise<void> {
    const { outcome } = await this.#consult({ hook: 'received_line' })
    const written = rewrittenBy(outcome)
    message.prepend(written === undefined ? this.#received(id) : makeField('Received', written))
  }

  #received(id: string): HeaderField {
    const { ports } = this.#options
    return receivedField({ connection: this.#connection, hostname: this.#hostname, id, now: ports.clock.now() })
  }

  /** Whether the session goes on. */
  async #ask(asked: Asked): Promise<boolean> {
    return (await this.#consult(asked)).goesOn
  }

  async #consult(asked: Asked): Promise<Ruled> {
    const outcome = await this.#options.dispatch(this.#context(asked))
    const row = replyRow(asked.hook, outcome.verdict.code)
    const isQuiet = QUIET.has(asked.hook) && !outcome.by && !outcome.trace?.length
    if (outcome.each) this.#noteEach(outcome, outcome.each)
    else if (!isQuiet) this.#note(outcome, asked)
    const isOpen = this.#options.isolated && outcome.verdict.code === 'DECLINED'
    return { outcome, row, goesOn: isOpen || (row.meaning !== 'refuse' && row.meaning !== 'silent') }
  }

  /** Recipients that were refused are left out from here on. */
  #noteEach(outcome: Outcome, each: readonly Spoken[]): void {
    const recipients = this.#transaction?.recipients ?? []
    each.forEach(({ verdict, by }, index) => {
      const recipient = recipients[index]
      if (recipient) this.#note({ ...outcome, verdict, by }, { hook: outcome.hook, recipient })
    })
    const left = recipients.filter((_, index) => !isRefusal(each[index]?.verdict.code ?? 'DECLINED'))
    recipients.splice(0, recipients.length, ...left)
  }

  #note(outcome: Outcome, { recipient, subject = '' }: Asked): void {
    this.#outcomes.push(outcome)
    const subjects = { connection: this.#connection, transaction: this.#transaction, recipient }
    this.#decisions.push(decisionOf(outcome, { ...subjects, names: { subject, hostname: this.#hostname } }))
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
      connection: this.#connection,
      transaction: this.#transactionIsOver ? undefined : this.#transaction,
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

interface Ruled {
  readonly outcome: Outcome
  readonly row: ReplyRow
  readonly goesOn: boolean
}
