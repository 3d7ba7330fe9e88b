/**
 * A next server made of answers, on loopback: polite unless a test says otherwise, and as hostile as it likes.
 *
 *     const server = await smtpSink({ RCPT: ['250 ok', '550 no such user'], END: HANG })
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** Answers nothing, and goes on listening. */
export const HANG = Symbol('hang')
/** Ends the connection without an answer. */
export const CLOSE = Symbol('close')

/** Written as it is, with CRLF added to a text. Of several, the last is repeated. */
export type Answer = string | Buffer | typeof HANG | typeof CLOSE
type Step = 'GREETING' | 'EHLO' | 'HELO' | 'MAIL' | 'RCPT' | 'DATA' | 'END' | 'QUIT'
export type Answers = Partial<Record<Step, Answer | readonly Answer[]>>

const POLITE: Readonly<Record<Step, Answer>> = {
  GREETING: '220 sink.example ESMTP',
  EHLO: '250-sink.example\r\n250-SIZE 1000000\r\n250 8BITMIME',
  HELO: '250 sink.example',
  MAIL: '250 2.1.0 Ok',
  RCPT: '250 2.1.5 Ok',
  DATA: '354 Go ahead',
  END: '250 2.0.0 Ok: queued as 4F1B',
  QUIT: '221 Bye',
}

const STEPS = Object.keys(POLITE) as readonly Step[]

export interface SmtpSink {
  readonly port: number
  /** Command lines without CRLF. */
  readonly commands: readonly string[]
  /** Everything that came between 354 and the end, as it came; content that was not ended is the last one. */
  readonly contents: readonly Buffer[]
  /** Messages answered with 2yz. */
  taken(): number
  /** Resolves when this step was reached for the first time. */
  reached(step: Step): Promise<void>
  /** Resolves when some octets of content have come; from then on nothing is read any more. */
  deaf(): Promise<void>
  /** Resolves when every connection has ended. */
  idle(): Promise<void>
  close(): Promise<void>
}

interface Conversation {
  readonly socket: Socket
  waiting: string
  inContent: boolean
}

class Sink implements SmtpSink {
  readonly commands: string[] = []
  readonly contents: Buffer[] = []
  readonly sockets = new Set<Socket>()
  readonly #answers: Answers
  readonly #steps = new Map<Step, { count: number; reached: PromiseWithResolvers<void> }>()
  readonly #server = createServer((socket) => this.#serve(socket))
  #taken = 0
  #onContent: () => void = () => undefined

  constructor(answers: Answers) {
    this.#answers = answers
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  taken(): number {
    return this.#taken
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
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

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
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

  #answer(socket: Socket, step: Step): void {
    const state = this.#step(step)
    const choice = this.#answers[step] ?? POLITE[step]
    const answers: readonly Answer[] = Array.isArray(choice) ? choice : [choice]
    const answer = answers[Math.min(state.count, answers.length - 1)] ?? POLITE[step]
    state.count += 1
    if (answer === CLOSE) socket.destroy()
    else if (answer !== HANG) {
      if (step === 'END' && String(answer).startsWith('2')) this.#taken += 1
      socket.write(typeof answer === 'string' ? `${answer}\r\n` : answer)
    }
    state.reached.resolve()
  }

  #serve(socket: Socket): void {
    const conversation: Conversation = { socket, waiting: '', inContent: false }
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('data', (octets) => {
      conversation.waiting += octets.toString('latin1')
      while (conversation.inContent ? this.#content(conversation) : this.#command(conversation));
    })
    this.#answer(socket, 'GREETING')
  }

  /** Whether there was a whole line. */
  #command(conversation: Conversation): boolean {
    const [line, ...rest] = conversation.waiting.split('\r\n')
    if (line === undefined || rest.length === 0) return false
    conversation.waiting = rest.join('\r\n')
    this.commands.push(line)
    const verb = /^[A-Z]*/.exec(line)?.[0]
    const step = STEPS.find((name) => name === verb) ?? 'QUIT'
    conversation.inContent = step === 'DATA'
    if (conversation.inContent) this.contents.push(Buffer.alloc(0))
    this.#answer(conversation.socket, step)
    return true
  }

  /** Whether the content has ended. */
  #content(conversation: Conversation): boolean {
    const { socket, waiting } = conversation
    const end = waiting.startsWith('.\r\n') ? 0 : waiting.indexOf('\r\n.\r\n') + 2
    const ended = end !== 1
    this.contents[this.contents.length - 1] = Buffer.from(ended ? waiting.slice(0, end) : waiting, 'latin1')
    if (waiting !== '') this.#onContent()
    if (!ended) return false
    conversation.waiting = waiting.slice(end + 3)
    conversation.inContent = false
    this.#answer(socket, 'END')
    return true
  }
}

export function smtpSink(answers: Answers = {}): Promise<SmtpSink> {
  return new Sink(answers).listen()
}
