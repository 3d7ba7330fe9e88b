/**
 * Walks a recorded session through the rules without a socket: every hook it has facts for, in session order.
 *
 * It asks the same dispatcher and composes replies from the same table as the server, and goes no further than a real
 * session would. Nothing is delivered: the carrier it is given decides what `queue` hears.
 */
import { addressText, formatAddress } from '../core/mail/address.ts'
import type { Decision } from '../core/decision.ts'
import { type HeaderField, makeField } from '../core/mail/header.ts'
import type { Message } from '../core/mail/message.ts'
import type { Outcome } from '../core/outcome.ts'
import { noPolicy, type Policies } from '../core/policy.ts'
import { reverseName } from '../core/net/reverse-name.ts'
import { type Connection, newRecipient, newTransaction, type Recipient, type Transaction } from '../core/session.ts'
import { differences, mayDiffer } from '../core/split.ts'
import { receivedField } from '../smtp/received.ts'
import { lookUpRemoteHost } from '../smtp/remote-host.ts'
import { postponed } from './decision.ts'
import { hasAnswer } from './fixture-resolver.ts'
import { type OfflineOptions, OfflineSession } from './offline-session.ts'
import { connectionOf, recipientsOf, type SessionRecord } from './session-record.ts'
import {
  addressIn,
  bareAddress,
  commandOf,
  hookOf,
  loginIn,
  messageOf,
  parametersIn,
  rewrittenBy,
  senderIn,
} from './walk-parts.ts'

export interface WalkOptions extends OfflineOptions {
  /** The content of the record's `message` file. */
  readonly message: Buffer | undefined
  /** Instead of all that. */
  readonly content?: Message | undefined
  /** Without it recipients have none. */
  readonly policies?: Policies | undefined
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

class Walker {
  readonly #record: SessionRecord
  readonly #options: WalkOptions
  readonly #session: OfflineSession

  constructor(record: SessionRecord, options: WalkOptions) {
    this.#record = record
    this.#options = options
    this.#session = new OfflineSession(connectionOf(record, options.ports.clock.now()), options)
  }

  result(): Walked {
    const { decisions, outcomes, connection, transaction } = this.#session
    const accepted = transaction?.recipients.map(({ address }) => addressText(address)) ?? []
    return { decisions, outcomes, accepted, connection, transaction }
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
    if (this.#session.transaction) await this.#session.ask({ hook: 'reset_transaction' })
    this.#session.transactionIsOver = true
    for (const hook of ['disconnect', 'post_connection'] as const) await this.#session.ask({ hook })
    await this.#session.settle()
  }

  async #connect(): Promise<boolean> {
    await this.#session.consult({ hook: 'config' })
    if (!(await this.#session.ask({ hook: 'pre_connection' }))) return false
    await this.#lookUpHost()
    return this.#session.ask({ hook: 'connect' })
  }

  /** A record that does not name the client may say what DNS answers: a look-up that fails is not a client without a name. */
  async #lookUpHost(): Promise<void> {
    const { remote_host: host, dns = {} } = this.#record
    const { ip } = this.#session.connection.remote
    if (host !== undefined || !hasAnswer(dns, `${reverseName(ip)} PTR`)) return
    this.#session.connection.remoteHost = await lookUpRemoteHost(this.#options.ports.resolver, ip)
  }

  async #hello(): Promise<boolean> {
    const { helo, helo_verb: verb = 'EHLO' } = this.#record
    if (helo === undefined) return true
    this.#session.connection.hello = { verb, name: helo }
    return this.#session.ask({ hook: verb === 'HELO' ? 'helo' : 'ehlo', subject: helo })
  }

  /** A login that fails ends nothing. */
  async #logIn(): Promise<boolean> {
    const attempt = loginIn(this.#record)
    if (!attempt) return true
    const { user, mechanism } = attempt
    const { row } = await this.#session.consult({
      hook: 'auth',
      attempt,
      command: { verb: 'AUTH', argument: mechanism },
    })
    if (row.meaning === 'accept') {
      this.#session.connection.auth = { user, mechanism }
      this.#session.connection.relayClient = true
    }
    return row.close !== true
  }

  async #commands(): Promise<boolean> {
    for (const line of this.#record.commands ?? []) {
      const command = commandOf(line)
      const { row } = await this.#session.consult({ hook: hookOf(command), command, subject: command.argument })
      if (row.close) return false
    }
    return true
  }

  async #mail(): Promise<boolean> {
    const { sender, mail_params: params, notes } = this.#record
    if (sender === undefined) return false
    const transaction = newTransaction('offline')
    transaction.mailParams = parametersIn(params)
    for (const [name, value] of Object.entries(notes?.transaction ?? {})) transaction.notes.set(name, value)
    this.#session.transaction = transaction
    const command = { verb: 'MAIL', argument: `FROM:<${bareAddress(sender)}>` }
    const { outcome } = await this.#session.consult({ hook: 'mail_pre', command })
    transaction.sender = senderIn(rewrittenBy(outcome) ?? sender)
    return this.#session.ask({ hook: 'mail', command, subject: formatAddress(transaction.sender) })
  }

  async #recipients(): Promise<boolean> {
    for (const text of recipientsOf(this.#record)) if (!(await this.#recipient(text))) return false
    return (this.#session.transaction?.recipients.length ?? 0) > 0
  }

  async #recipient(text: string): Promise<boolean> {
    const command = { verb: 'RCPT', argument: `TO:<${bareAddress(text)}>` }
    const { outcome } = await this.#session.consult({ hook: 'rcpt_pre', command })
    const recipient = newRecipient(addressIn(rewrittenBy(outcome) ?? text), parametersIn(this.#record.rcpt_params))
    recipient.policy = (await this.#options.policies?.find(recipient.address)) ?? noPolicy()
    if (recipient.policy.unknown) return this.#session.postpone(recipient)
    await this.#session.consult({ hook: 'user_config', recipient })
    const subject = formatAddress(recipient.address)
    const { goesOn, row } = await this.#session.consult({ hook: 'rcpt', command, recipient, subject })
    if (goesOn && !this.#mustWait(recipient)) this.#session.transaction?.recipients.push(recipient)
    return row.close !== true
  }

  /** What a server would say instead of what was decided. */
  #mustWait(recipient: Recipient): boolean {
    const { split } = this.#options
    const [first] = this.#session.transaction?.recipients ?? []
    const decision = this.#session.decisions.at(-1)
    if (!split || !this.#session.transaction || !first || !decision) return false
    if (mayDiffer(split, this.#session.connection, this.#session.transaction)) return false
    if (differences(split, first, recipient).length === 0) return false
    this.#session.decisions.splice(-1, 1, postponed(decision))
    return true
  }

  async #content(): Promise<boolean> {
    const message = this.#options.content ?? messageOf(this.#record, this.#options.message)
    if (!message || !this.#session.transaction) return false
    if (!(await this.#session.ask({ hook: 'data' }))) return false
    this.#session.transaction.message = message
    for (const field of this.#session.transaction.newFields) message.prepend(field)
    for (const hook of ['data_headers_end', 'data_post_headers'] as const)
      if (!(await this.#session.ask({ hook }))) return false
    const { attached } = this.#session.connection
    if (!attached) await this.#receive(message, this.#session.transaction.id)
    for (const hook of ['data_post', 'queue_pre'] as const) {
      if (!(await this.#session.ask({ hook })) || this.#session.transaction.recipients.length === 0) return false
    }
    if (attached) return true
    return (await this.#queue(this.#session.transaction.recipients)) && this.#session.ask({ hook: 'queue_post' })
  }

  /** What is kept aside for some goes first. */
  async #queue(recipients: Recipient[]): Promise<boolean> {
    const all = [...recipients]
    const held = all.filter((recipient) => recipient.held)
    for (const part of [held, all.filter((recipient) => !recipient.held)]) {
      if (part.length === 0) continue
      recipients.splice(0, recipients.length, ...part)
      const { row } = await this.#session.consult({ hook: 'queue' })
      recipients.splice(0, recipients.length, ...all)
      if (row.meaning !== 'accept') return false
    }
    return true
  }

  async #receive(message: Message, id: string): Promise<void> {
    const { outcome } = await this.#session.consult({ hook: 'received_line' })
    const written = rewrittenBy(outcome)
    message.prepend(written === undefined ? this.#received(id) : makeField('Received', written))
  }

  #received(id: string): HeaderField {
    const { ports } = this.#options
    return receivedField({
      connection: this.#session.connection,
      hostname: this.#session.hostname,
      id,
      now: ports.clock.now(),
    })
  }
}
