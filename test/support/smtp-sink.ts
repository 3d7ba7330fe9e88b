/**
 * A next server made of answers, on loopback: polite unless a test says otherwise, and as hostile as it likes.
 *
 *     const server = await smtpSink({ RCPT: ['250 ok', '550 no such user'], END: HANG })
 *
 * It speaks TLS after it answered STARTTLS with 220, or at once, with the certificate in test/support/tls.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'

/** Answers nothing, and goes on listening. */
export const HANG = Symbol('hang')
/** Ends the connection without an answer. */
export const CLOSE = Symbol('close')

/** Written as it is, with CRLF added to a text. Of several, the last is repeated. */
export type Answer = string | Buffer | typeof HANG | typeof CLOSE

const POLITE = {
  GREETING: '220 sink.example ESMTP',
  EHLO: '250-sink.example\r\n250-SIZE 1000000\r\n250 8BITMIME',
  LHLO: '250-sink.example\r\n250-SIZE 1000000\r\n250 8BITMIME',
  HELO: '250 sink.example',
  STARTTLS: '220 2.0.0 Ready',
  AUTH: '235 2.7.0 Welcome',
  XCLIENT: '220 sink.example ESMTP',
  XFORWARD: '250 2.0.0 Ok',
  MAIL: '250 2.1.0 Ok',
  RCPT: '250 2.1.5 Ok',
  DATA: '354 Go ahead',
  END: '250 2.0.0 Ok: queued as 4F1B',
  RSET: '250 2.0.0 Ok',
  QUIT: '221 Bye',
  /** Any other line: what follows AUTH LOGIN. */
  OTHER: '500 5.5.2 What?',
} as const satisfies Readonly<Record<string, Answer>>

type Step = keyof typeof POLITE
export type Answers = Partial<Record<Step, Answer | readonly Answer[]>>

const STEPS = Object.keys(POLITE) as readonly Step[]

export interface SinkOptions {
  /** Where to listen, for a Unix socket. */
  readonly path?: string
  /** TLS from the first octet. */
  readonly implicitTls?: boolean
  /** One answer to the content for each recipient (RFC 2033): END answers them in turn. */
  readonly lmtp?: boolean
}

export interface SmtpSink {
  readonly port: number
  /** Command lines without CRLF, with `TLS` where a handshake came. */
  readonly commands: readonly string[]
  /** Everything that came between 354 and the end, as it came; content that was not ended is the last one. */
  readonly contents: readonly Buffer[]
  /** Connections so far. */
  connections(): number
  /** Messages answered with 2yz. */
  taken(): number
  /** Resolves when this step was reached for the first time. */
  reached(step: Step): Promise<void>
  /** Resolves when some octets of content have come; from then on nothing is read any more. */
  deaf(): Promise<void>
  /** Resolves when every connection has ended. */
  idle(): Promise<void>
  /** Says this on every open connection, asked or not. */
  shout(text: string): void
  /** Ends every open connection, and goes on listening. */
  hangUp(): void
  close(): Promise<void>
}

interface Conversation {
  socket: Socket
  waiting: string
  inContent: boolean
  recipients: number
}

const tlsFile = (name: string): Buffer => readFileSync(new URL(`./tls/${name}`, import.meta.url))
const secureContext = () => createSecureContext({ cert: tlsFile('server.pem'), key: tlsFile('server.key') })

class Sink implements SmtpSink {
  readonly commands: string[] = []
  readonly contents: Buffer[] = []
  readonly sockets = new Set<Socket>()
  readonly #answers: Answers
  readonly #options: SinkOptions
  readonly #steps = new Map<Step, { count: number; reached: PromiseWithResolvers<void> }>()
  readonly #server = createServer((socket) => this.#accept(socket))
  #connections = 0
  #taken = 0
  #onContent: () => void = () => undefined

  constructor(answers: Answers, options: SinkOptions) {
    this.#answers = answers
    this.#options = options
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  connections(): number {
    return this.#connections
  }

  taken(): number {
    return this.#taken
  }

  async listen(): Promise<this> {
    const { path } = this.#options
    if (path === undefined) this.#server.listen(0, '127.0.0.1')
    else this.#server.listen(path)
    await once(this.#server, 'listening')
    return this
  }

  reached(step: Step): Promise<void> {
    return this.#step(step).reached.promise
  }

  deaf(): Promise<void> {
    return new Promise((resolve) => {
      this.#onContent = () => {
        for (const socket of this.sockets) socket.pause()
        resolve()
      }
    })
  }

  async idle(): Promise<void> {
    await Promise.all([...this.sockets].map((socket) => once(socket, 'close')))
  }

  shout(text: string): void {
    for (const socket of this.sockets) socket.write(`${text}\r\n`)
  }

  hangUp(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.hangUp()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #step(step: Step): { count: number; reached: PromiseWithResolvers<void> } {
    const known = this.#steps.get(step)
    if (known !== undefined) return known
    const fresh = { count: 0, reached: Promise.withResolvers<void>() }
    this.#steps.set(step, fresh)
    return fresh
  }

  #answer(conversation: Conversation, step: Step): void {
    const state = this.#step(step)
    const choice = this.#answers[step] ?? POLITE[step]
    const answers: readonly Answer[] = Array.isArray(choice) ? choice : [choice]
    const answer = answers[Math.min(state.count, answers.length - 1)] ?? POLITE[step]
    state.count += 1
    if (answer === CLOSE) conversation.socket.destroy()
    else if (answer !== HANG) this.#say(conversation, step, answer)
    state.reached.resolve()
  }

  #say(conversation: Conversation, step: Step, answer: string | Buffer): void {
    const { socket } = conversation
    if (step === 'END' && String(answer).startsWith('2')) this.#taken += 1
    if (step === 'RCPT' && String(answer).startsWith('2')) conversation.recipients += 1
    conversation.inContent = step === 'DATA' && String(answer).startsWith('354')
    if (conversation.inContent) this.contents.push(Buffer.alloc(0))
    socket.write(typeof answer === 'string' ? `${answer}\r\n` : answer)
    if (step === 'STARTTLS' && String(answer).startsWith('220')) this.#secure(conversation)
  }

  #accept(socket: Socket): void {
    const conversation: Conversation = { socket, waiting: '', inContent: false, recipients: 0 }
    this.#connections += 1
    this.sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => this.sockets.delete(socket))
    if (this.#options.implicitTls === true) this.#secure(conversation)
    else this.#listen(conversation)
    this.#answer(conversation, 'GREETING')
  }

  #secure(conversation: Conversation): void {
    conversation.socket.removeAllListeners('data')
    const socket = new TLSSocket(conversation.socket, { isServer: true, secureContext: secureContext() })
    socket.on('error', () => undefined)
    socket.on('secure', () => this.commands.push('TLS'))
    conversation.socket = socket
    conversation.waiting = ''
    this.#listen(conversation)
  }

  #listen(conversation: Conversation): void {
    conversation.socket.on('data', (octets: Buffer) => {
      conversation.waiting += octets.toString('latin1')
      while (conversation.inContent ? this.#content(conversation) : this.#command(conversation));
    })
  }

  /** Whether there was a whole line. */
  #command(conversation: Conversation): boolean {
    const [line, ...rest] = conversation.waiting.split('\r\n')
    if (line === undefined || rest.length === 0) return false
    conversation.waiting = rest.join('\r\n')
    this.commands.push(line)
    const verb = /^[A-Z]*/.exec(line)?.[0]
    const step = STEPS.find((name) => name === verb) ?? 'OTHER'
    if (step === 'MAIL' || step === 'RSET') conversation.recipients = 0
    this.#answer(conversation, step)
    return true
  }

  /** Whether the content has ended. */
  #content(conversation: Conversation): boolean {
    const { waiting } = conversation
    const end = waiting.startsWith('.\r\n') ? 0 : waiting.indexOf('\r\n.\r\n') + 2
    const ended = end !== 1
    this.contents[this.contents.length - 1] = Buffer.from(ended ? waiting.slice(0, end) : waiting, 'latin1')
    if (waiting !== '') this.#onContent()
    if (!ended) return false
    conversation.waiting = waiting.slice(end + 3)
    conversation.inContent = false
    const answers = this.#options.lmtp === true ? conversation.recipients : 1
    for (let count = 0; count < answers; count += 1) this.#answer(conversation, 'END')
    return true
  }
}

export function smtpSink(answers: Answers = {}, options: SinkOptions = {}): Promise<SmtpSink> {
  return new Sink(answers, options).listen()
}
