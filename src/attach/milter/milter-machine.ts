/**
 * A milter (version 6 of the protocol, as Sendmail and Postfix speak it): packets in, answers out, for one SMTP session
 * after the other.
 *
 * What comes out of turn ends the connection. After a failure of ours every question is answered TEMPFAIL: a mail server
 * that is merely left alone may be configured to accept.
 */
import { decode } from '../../core/mail/decode.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'
import type { Attachment } from '../../server/attachment.ts'
import { Inquiry, type Judgement, type PathWords } from '../inquiry.ts'
import type { Machine, Said, Taken } from '../said.ts'
import { CONTINUE, replyCode, TEMPFAIL } from './answers.ts'
import { Macros, readConnect } from './client-words.ts'
import { Content } from './content.ts'
import { MilterClient } from './milter-client.ts'
import { negotiate, type Terms } from './negotiation.ts'
import { type PacketEvent, PacketReader, textsIn } from './packets.ts'

type Options = Pick<Attachment, 'limits' | 'remote' | 'local' | 'begin'>

/** A piece of a body has so many octets at most, when nobody asks for more; a header field comes in one piece. */
const PIECE = 65_536

/** Nothing agreed on; no client; a client; fields of its message; the body. */
type State = 'new' | 'idle' | 'client' | 'header' | 'body'

const AGREED: readonly State[] = ['idle', 'client', 'header', 'body']
const ALWAYS: readonly State[] = ['new', ...AGREED]

interface Command {
  readonly from: readonly State[]
  readonly run: (data: Buffer) => MaybePromise<Said>
}

export class MilterMachine implements Machine {
  readonly #options: Options
  readonly #reader: PacketReader
  readonly #macros = new Macros()
  readonly #commands: ReadonlyMap<string, Command>
  /** What the mail server does not wait for an answer to. */
  #quiet: ReadonlySet<string> = new Set(['D', 'A', 'Q', 'K'])
  #state: State = 'new'
  #terms: Terms = { quietHeaders: false, quietBody: false, leadingSpace: false }
  #client: MilterClient | undefined
  #content: Content | undefined
  #current = ''
  #hasFailed = false
  #ended = false

  constructor(options: Options) {
    this.#options = options
    this.#reader = new PacketReader(Math.max(PIECE, options.limits.header_size))
    this.#commands = new Map<string, Command>([
      ['O', { from: ['new'], run: (data) => this.#negotiate(data) }],
      ['D', { from: AGREED, run: (data) => (this.#macros.read(data) ? {} : malformed('macros')) }],
      ['C', { from: ['idle'], run: (data) => this.#connect(data) }],
      ['H', { from: ['client'], run: (data) => this.#hello(data) }],
      ['M', { from: ['client'], run: (data) => this.#sender(data) }],
      ['R', { from: ['client'], run: (data) => this.#recipient(data) }],
      ['T', { from: ['client'], run: () => this.#inTransaction((client) => client.data()) }],
      ['U', { from: ['client'], run: (data) => this.#unknown(data) }],
      ['L', { from: ['client', 'header'], run: (data) => this.#field(data) }],
      ['N', { from: ['client', 'header'], run: () => this.#endHeader() }],
      ['B', { from: ['body'], run: (data) => this.#body(data) }],
      ['E', { from: ['body'], run: (data) => this.#end(data) }],
      ['A', { from: AGREED, run: () => this.#abort() }],
      ['K', { from: AGREED, run: () => this.#next() }],
      ['Q', { from: ALWAYS, run: () => ({ close: true }) }],
    ])
  }

  get isPartial(): boolean {
    return this.#reader.isPartial
  }

  get isOpen(): boolean {
    return this.#client?.transaction !== undefined
  }

  take(octets: Buffer): Taken {
    const { used, event } = this.#reader.read(octets)
    return event ? { used, step: () => this.#obey(event) } : { used }
  }

  failed(): Said {
    this.#hasFailed = true
    return this.#quiet.has(this.#current) ? {} : { octets: TEMPFAIL }
  }

  hurry(): void {
    this.#ended = true
    this.#client?.inquiry.hurry()
  }

  async end(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.inquiry.end()
  }

  #obey(event: PacketEvent): MaybePromise<Said> {
    if (event.kind === 'malformed') return { close: true, because: event.because }
    const command = this.#commands.get(event.command)
    this.#current = event.command
    if (command && this.#hasFailed && event.command !== 'K' && event.command !== 'Q') return this.failed()
    if (!command?.from.includes(this.#state)) return { close: true, because: 'a packet is out of turn' }
    return command.run(event.data)
  }

  #negotiate(data: Buffer): Said {
    const agreement = negotiate(data)
    if (!agreement.ok) return { close: true, because: agreement.because }
    const { quietHeaders, quietBody } = agreement.terms
    this.#terms = agreement.terms
    this.#quiet = new Set([...this.#quiet, ...(quietHeaders ? ['L'] : []), ...(quietBody ? ['B'] : [])])
    this.#state = 'idle'
    return { octets: agreement.answer }
  }

  #connect(data: Buffer): MaybePromise<Said> {
    const caller = readConnect(data)
    if (!caller) return malformed('a client')
    const { begin, remote, local } = this.#options
    const who = caller.remote ? { remote: caller.remote } : { remote, anonymous: true }
    const inquiry = new Inquiry(begin({ ...who, local: this.#macros.local ?? local, tls: undefined }))
    if (this.#ended) inquiry.hurry()
    this.#client = new MilterClient(inquiry, this.#macros)
    this.#state = 'client'
    return this.#ask((client) => client.connect())
  }

  #hello(data: Buffer): MaybePromise<Said> {
    const [name, ...rest] = textsIn(data) ?? []
    if (!name || rest.length > 0) return malformed('a greeting')
    return this.#ask((client) => client.hello(decode(name)))
  }

  #sender(data: Buffer): MaybePromise<Said> {
    const words = pathIn(data)
    return words ? this.#ask((client) => client.sender(words)) : malformed('a sender')
  }

  #recipient(data: Buffer): MaybePromise<Said> {
    const words = pathIn(data)
    return words ? this.#inTransaction((client) => client.recipient(words)) : malformed('a recipient')
  }

  #unknown(data: Buffer): MaybePromise<Said> {
    const [line, ...rest] = textsIn(data) ?? []
    if (!line || rest.length > 0) return malformed('a command')
    const [verb = '', ...argument] = decode(line).split(' ')
    return this.#ask(({ inquiry }) => inquiry.unknown({ verb: verb.toUpperCase(), argument: argument.join(' ') }))
  }

  #field(data: Buffer): Said {
    const content = this.#begun()
    if (!content?.addField(data)) return malformed('a header field')
    this.#state = 'header'
    return this.#terms.quietHeaders ? {} : { octets: CONTINUE }
  }

  #endHeader(): MaybePromise<Said> {
    const content = this.#begun()
    if (!content) return malformed('a message')
    this.#state = 'body'
    return this.#closing(content.endHeader())
  }

  #body(data: Buffer): MaybePromise<Said> {
    const said = this.#terms.quietBody ? {} : { octets: CONTINUE }
    return andThen(this.#content?.addBody(data), () => said)
  }

  /** The last piece of the body may come along. */
  #end(data: Buffer): MaybePromise<Said> {
    const [client, content] = [this.#client, this.#content]
    if (!client || !content) return malformed('a message')
    return andThen(content.addBody(data), () =>
      andThen(client.data(), (early) => (early ? this.#closing(early) : this.#settle(content))),
    )
  }

  #settle(content: Content): MaybePromise<Said> {
    return andThen(content.end(), ({ judgement, edits }) =>
      andThen(this.#leave(), () => ({ octets: judgement ? replyCode(judgement) : `${edits}${CONTINUE}` })),
    )
  }

  /** A refusal ends the message. */
  #closing(asked: MaybePromise<Judgement>): MaybePromise<Said> {
    return andThen(asked, (judgement) => (judgement ? andThen(this.#leave(), () => answerTo(judgement)) : answerTo()))
  }

  #abort(): MaybePromise<Said> {
    return andThen(this.#leave(), () => ({}))
  }

  /** The client has gone; another one comes. */
  async #next(): Promise<Said> {
    await this.end()
    this.#macros.forget()
    this.#content = undefined
    this.#hasFailed = false
    this.#state = 'idle'
    return {}
  }

  #leave(): MaybePromise<void> {
    this.#content = undefined
    if (this.#client) this.#state = 'client'
    return this.#client?.reset()
  }

  /** The content, from its first packet on. */
  #begun(): Content | undefined {
    const { transaction, inquiry } = this.#client ?? {}
    if (!transaction || !inquiry || transaction.recipients.length === 0) return undefined
    return (this.#content ??= new Content(inquiry, transaction, this.#terms))
  }

  #inTransaction(question: (client: MilterClient) => MaybePromise<Judgement>): MaybePromise<Said> {
    return this.isOpen ? this.#ask(question) : malformed('a command without MAIL')
  }

  #ask(question: (client: MilterClient) => MaybePromise<Judgement>): MaybePromise<Said> {
    return this.#client ? andThen(question(this.#client), answerTo) : malformed('a command')
  }
}

function answerTo(judgement?: Judgement): Said {
  return { octets: judgement ? replyCode(judgement) : CONTINUE }
}

function malformed(what: string): Said {
  return { close: true, because: `${what} cannot be read` }
}

/** As in the command, with or without brackets. */
function pathIn(data: Buffer): PathWords | undefined {
  const [path, ...parameters] = textsIn(data)?.map(decode) ?? []
  if (path === undefined) return undefined
  return { path: path.startsWith('<') ? path : `<${path}>`, parameters }
}
