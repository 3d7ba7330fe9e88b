/**
 * What the rules say about one session that another mail server holds.
 *
 * Each question goes the way an SMTP command goes (src/smtp/commands), over the same checks, hooks and reply table; only
 * what nobody decides is left to the mail server.
 */
import type { Command } from '../core/context.ts'
import type { Hello, Transaction } from '../core/session.ts'
import type { TlsState } from '../core/net/tls.ts'
import { andThen, type MaybePromise } from '../core/truth.ts'
import type { Answer } from '../smtp/answer.ts'
import { ehlo, helo } from '../smtp/commands/hello.ts'
import { hearSender } from '../smtp/commands/mail.ts'
import { rcpt } from '../smtp/commands/rcpt.ts'
import type { Dialogue } from '../smtp/dialogue.ts'
import { openSession } from '../smtp/opening.ts'
import { isParameter } from '../smtp/arguments/parameters.ts'
import type { Refusal } from './said.ts'

/** Undefined: nobody objects. */
export type Judgement = Refusal | undefined

/** An envelope address with its ESMTP parameters, as in the command: `<ann@example.org>`, `SIZE=1000`. */
export interface PathWords {
  readonly path: string
  readonly parameters: readonly string[]
}

export interface Login {
  readonly user: string
  readonly mechanism: string
}

/** A plugin wants the client to hear nothing (DONE). A mail server that waits for us cannot be told that. */
const SILENCE = { code: 421, status: '4.7.0', text: 'Try again later' }

const BEYOND_ASCII = /[^\0-\x7f]/
const QUEUE_ID = /^[A-Za-z0-9._-]{1,100}$/

export class Inquiry {
  readonly dialogue: Dialogue

  constructor(dialogue: Dialogue) {
    this.dialogue = dialogue
  }

  get transaction(): Transaction | undefined {
    return this.dialogue.transaction
  }

  /** A name that the mail server did not find is looked up here: it may have been a failure. */
  open(name: string | undefined): MaybePromise<Judgement> {
    const { dialogue } = this
    if (name !== undefined) dialogue.restart(dialogue.connection, new Map([['NAME', name]]))
    return judge(openSession(dialogue))
  }

  hello(verb: Hello['verb'], name: string): MaybePromise<Judgement> {
    const command = { verb, argument: name }
    return judge((verb === 'HELO' ? helo : ehlo).run(this.dialogue, command))
  }

  /** After STARTTLS, what was said before does not count. */
  secure(tls: TlsState): void {
    this.dialogue.secure(tls)
  }

  /** The mail server has let this client in. */
  login(login: Login): void {
    const { connection } = this.dialogue
    if (connection.auth?.user === login.user && connection.auth.mechanism === login.mechanism) return
    connection.auth = login
    connection.relayClient = true
  }

  /** Begins a transaction; one that is open ends. */
  sender(words: PathWords): MaybePromise<Judgement> {
    const command = this.#command('MAIL', 'FROM:', words)
    return andThen(this.dialogue.reset(), () => judge(hearSender(this.dialogue, command)))
  }

  recipient(words: PathWords): MaybePromise<Judgement> {
    return judge(rcpt.run(this.dialogue, this.#command('RCPT', 'TO:', words)))
  }

  data(): MaybePromise<Judgement> {
    const { dialogue } = this
    const command = { verb: 'DATA', argument: '' }
    return judge(dialogue.ask({ hook: 'data', command, go: () => ({}), undo: () => dialogue.reset() }))
  }

  /** A command that the mail server does not know. */
  unknown(command: Command): MaybePromise<Judgement> {
    return judge(this.dialogue.ask({ hook: 'unrecognized_command', command, go: () => ({}) }))
  }

  /** The mail server's own name for the message, for logs and rules. */
  identify(queueId: string | undefined): void {
    const { connection, transaction } = this.dialogue
    if (queueId === undefined || !transaction || !QUEUE_ID.test(queueId)) return
    connection.xforward = new Map([['ident', queueId]])
  }

  /** No answer counts any more. */
  hurry(): void {
    this.dialogue.end()
  }

  async end(): Promise<void> {
    this.hurry()
    await this.dialogue.reset()
    await this.dialogue.tell('disconnect')
    await this.dialogue.over()
  }

  /** What the mail server has taken is well-formed enough: a parameter that we could not read is left out. */
  #command(verb: string, keyword: string, { path, parameters }: PathWords): Command {
    const named = new Map(parameters.filter(isParameter).map((word) => [word.replace(/=.*/s, '').toUpperCase(), word]))
    if (BEYOND_ASCII.test(path)) named.set('SMTPUTF8', 'SMTPUTF8')
    return { verb, argument: [`${keyword}${qualified(path, this.dialogue.hostname)}`, ...named.values()].join(' ') }
  }
}

const LOCAL_USER = /^<(?!postmaster>)[^@<>"\s]+>$/i

/** Mail servers take `<root>` from their own machine. */
function qualified(path: string, hostname: string): string {
  return LOCAL_USER.test(path) ? path.replace(/>$/, `@${hostname}>`) : path
}

export function judge(answer: MaybePromise<Answer>): MaybePromise<Judgement> {
  return andThen(answer, ({ reply, close = false, logged }) => {
    if (reply && reply.code >= 400) return { reply, close }
    return !reply && logged ? { reply: SILENCE, close: true } : undefined
  })
}
