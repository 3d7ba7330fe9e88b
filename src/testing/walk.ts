/**
 * Walks a recorded session through the rules without a socket: every hook it has facts for, in session order.
 *
 * It asks the same dispatcher and composes replies from the same table as the server, and goes no further than a real
 * session would. Nothing is delivered: the carrier it is given decides what `queue` hears.
 */
import { addressText, formatAddress, parseMailbox } from '../core/address.ts'
import type { Address } from '../core/address.ts'
import type { Command, HookContext } from '../core/context.ts'
import type { Decision } from '../core/decision.ts'
import { makeField } from '../core/header.ts'
import type { Hook } from '../core/hook.ts'
import { memoryBody, Message } from '../core/message.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Ports } from '../core/ports.ts'
import { replyRow } from '../core/reply-table.ts'
import { reverseName } from '../core/reverse-name.ts'
import { type Connection, newRecipient, newTransaction, type Recipient, type Transaction } from '../core/session.ts'
import type { Dispatch } from '../engine/dispatch.ts'
import { receivedField } from '../smtp/received.ts'
import { lookUpRemoteHost } from '../smtp/remote-host.ts'
import { decisionOf } from './decision.ts'
import { hasAnswer } from './fixture-resolver.ts'
import { connectionOf, recipientsOf, type SessionRecord } from './session-record.ts'

export interface WalkOptions {
  readonly dispatch: Dispatch
  readonly hostname: string
  readonly ports: Ports
  /** The content of the record's `message` file. */
  readonly message: Buffer | undefined
  /** One plugin alone: where nobody decides, the session goes on as if the rest of a site had said OK. */
  readonly isolated: boolean
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
}

class Walker {
  readonly #record: SessionRecord
  readonly #options: WalkOptions
  readonly #connection: Connection
  readonly #decisions: Decision[] = []
  readonly #outcomes: Outcome[] = []
  #transaction: Transaction | undefined

  constructor(record: SessionRecord, options: WalkOptions) {
    this.#record = record
    this.#options = options
    this.#connection = connectionOf(record, options.ports.clock.now())
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
      () => this.#commands(),
      () => this.#mail(),
      () => this.#recipients(),
      () => this.#content(),
    ]
    for (const step of steps) if (!(await step())) return
  }

  async #connect(): Promise<boolean> {
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

  async #commands(): Promise<boolean> {
    for (const line of this.#record.commands ?? []) {
      const command = commandOf(line)
      await this.#ask({ hook: COMMAND_HOOKS.get(command.verb) ?? 'unrecognized_command', command })
      if (this.#decisions.at(-1)?.disconnect) return false
    }
    return true
  }

  async #mail(): Promise<boolean> {
    const { sender, mail_params: params, notes } = this.#record
    if (sender === undefined) return false
    const transaction = newTransaction('offline')
    transaction.sender = senderIn(sender)
    transaction.mailParams = new Map(Object.entries(params ?? {}).map(([name, value]) => [name.toUpperCase(), value]))
    for (const [name, value] of Object.entries(notes?.transaction ?? {})) transaction.notes.set(name, value)
    this.#transaction = transaction
    return this.#ask({ hook: 'mail', subject: formatAddress(transaction.sender) })
  }

  async #recipients(): Promise<boolean> {
    for (const text of recipientsOf(this.#record)) {
      const recipient = newRecipient(addressIn(text))
      const accepted = await this.#ask({ hook: 'rcpt', recipient, subject: formatAddress(recipient.address) })
      if (accepted) this.#transaction?.recipients.push(recipient)
      if (this.#decisions.at(-1)?.disconnect) return false
    }
    return (this.#transaction?.recipients.length ?? 0) > 0
  }

  async #content(): Promise<boolean> {
    const message = this.#message()
    if (!message || !this.#transaction) return false
    if (!(await this.#ask({ hook: 'data' }))) return false
    this.#transaction.message = message
    for (const hook of ['data_headers_end', 'data_post_headers'] as const)
      if (!(await this.#ask({ hook }))) return false
    const { hostname, ports } = this.#options
    message.prepend(
      receivedField({ connection: this.#connection, hostname, id: this.#transaction.id, now: ports.clock.now() }),
    )
    for (const hook of ['data_post', 'queue_pre', 'queue'] as const) if (!(await this.#ask({ hook }))) return false
    return true
  }

  #message(): Message | undefined {
    const { headers, body } = this.#record
    if (this.#options.message) return Message.parse(this.#options.message)
    if (headers === undefined && body === undefined) return undefined
    const fields = (headers ?? []).map(([name, value]) => makeField(name, value).raw)
    return Message.of(Buffer.concat(fields), memoryBody(Buffer.from((body ?? '').replace(/\r?\n/g, '\r\n'))))
  }

  /** Whether the session goes on. */
  async #ask(asked: Asked): Promise<boolean> {
    const outcome = await this.#options.dispatch(this.#context(asked))
    const row = replyRow(asked.hook, outcome.verdict.code)
    this.#outcomes.push(outcome)
    this.#decisions.push(
      decisionOf(outcome, {
        connection: this.#connection,
        transaction: this.#transaction,
        recipient: asked.recipient,
        names: { subject: asked.subject ?? '', hostname: this.#options.hostname },
      }),
    )
    if (this.#options.isolated && outcome.verdict.code === 'DECLINED') return true
    return row.meaning !== 'refuse' && row.meaning !== 'silent'
  }

  #context({ hook, recipient, command }: Asked): HookContext {
    return {
      hook,
      connection: this.#connection,
      transaction: this.#transaction,
      recipient,
      command,
      decided: undefined,
      ports: this.#options.ports,
      signal: undefined,
      found: new Map(),
      trace: undefined,
    }
  }
}

const COMMAND_HOOKS: ReadonlyMap<string, Hook> = new Map([
  ['NOOP', 'noop'],
  ['VRFY', 'vrfy'],
  ['HELP', 'help'],
  ['QUIT', 'quit'],
])

function commandOf(line: string): Command {
  const [verb = '', ...rest] = line.split(' ')
  return { verb: verb.toUpperCase(), argument: rest.join(' ') }
}

function senderIn(text: string): Address {
  return text === '' || text === '<>' ? { kind: 'null' } : addressIn(text)
}

function addressIn(text: string): Address {
  const bare = text.replace(/^<(.*)>$/, '$1')
  if (bare.toLowerCase() === 'postmaster') return { kind: 'postmaster' }
  const address = parseMailbox(bare)
  if (!address) throw new Error(`\`${text}\` is no mail address; an SMTP server would answer 501`)
  return address
}
