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
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.sockets.delete(socket))
    let buffered = ''
    let inContent = false
    const line = (text: string): void => {
      this.commands.push(text)
      const verb = (text.split(/[ :]/)[0] ?? '').toUpperCase()
      const step = Object.keys(POLITE).find((name): name is Step => name === verb) ?? 'QUIT'
      this.#answer(socket, step)
      inContent = step === 'DATA'
      if (inContent) this.contents.push(Buffer.alloc(0))
    }
    const content = (): boolean => {
      const end = buffered.startsWith('.\r\n') ? 0 : buffered.indexOf('\r\n.\r\n') + 2
      const ended = end > 1 || buffered.startsWith('.\r\n')
      this.contents[this.contents.length - 1] = Buffer.from(ended ? buffered.slice(0, end) : buffered, 'latin1')
      if (!ended) return false
      buffered = buffered.slice(end + 3)
      inContent = false
      this.#answer(socket, 'END')
      return true
    }
    socket.on('data', (octets) => {
      buffered += octets.toString('latin1')
      for (;;) {
        if (inContent) {
          if (!content()) return void (buffered !== '' && this.#onContent())
          continue
        }
        const end = buffered.indexOf('\r\n')
        if (end < 0) return
        const text = buffered.slice(0, end)
        buffered = buffered.slice(end + 2)
        line(text)
      }
    })
    this.#answer(socket, 'GREETING')
  }
}

export function smtpSink(answers: Answers = {}): Promise<SmtpSink> {
  return new Sink(answers).listen()
}
