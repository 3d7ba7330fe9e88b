/**
 * One connection to the next server: lines out, replies in, one step at a time.
 *
 * Every step has a deadline. A reply nobody asked for, or a connection that ends, fails the step under way and all that
 * follow; a reply that is complete counts even if the connection ends after it. Nothing with a CR, LF or NUL inside is
 * written as a command. What was said in clear text does not outlive the start of TLS (RFC 3207 section 4.2).
 */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import { HostFault } from './host-fault.ts'
import type { Peer } from './peer.ts'
import { type Reply, ReplyReader } from './reply.ts'
import { type TlsCheck, tlsFailure, tlsOptions } from './tls.ts'

export interface WireOptions {
  readonly peer: Peer
  /** Milliseconds for one step: connect, a TLS handshake, a reply, room for more content. */
  readonly timeout: number
  readonly clock: Pick<Clock, 'after'>
  /** Whatever is under way when it aborts fails. */
  readonly signal: AbortSignal
}

const OUT_OF_TURN = 'it spoke out of turn'
const NOT_IN_TIME = 'it did not answer in time'
const TOO_LONG = 'the delivery took too long'
const noOperation = (): void => undefined

export class SmtpWire {
  readonly #options: Omit<WireOptions, 'signal'>
  readonly #tcp: Socket
  /** The same, or TLS on top of it. */
  #socket: Socket
  readonly #reader = new ReplyReader()
  /** Replies that came and were not looked at. */
  readonly #replies: Reply[] = []
  /** Replies that were asked for and did not come. The greeting counts. */
  #awaited = 1
  #fault: HostFault | undefined
  #opened = false
  #wake: () => void = noOperation
  #disobey: () => void = noOperation
  #onBroken: () => void = noOperation
  #deafen: () => void = noOperation

  private constructor({ signal, ...options }: WireOptions) {
    this.#options = options
    const { peer } = options
    this.#tcp = peer.kind === 'socket' ? connect(peer.path) : connect({ ...peer, noDelay: true })
    this.#socket = this.#tcp
    this.#listen(this.#tcp, () => 'the connection failed')
    this.#tcp.on('connect', () => this.#wake())
    this.obey(signal)
  }

  /** Resolves when connected, before TLS and the greeting. */
  static async open(options: WireOptions): Promise<SmtpWire> {
    const wire = new SmtpWire(options)
    await wire.#until(() => !wire.#tcp.connecting && !wire.#tcp.destroyed, NOT_IN_TIME)
    wire.#opened = true
    return wire
  }

  /** Whether it can take another command. */
  get isUsable(): boolean {
    return this.#fault === undefined && this.#awaited === 0 && this.#replies.length === 0
  }

  /** From now on this signal ends what is under way, and no other. */
  obey(signal: AbortSignal): void {
    this.#disobey()
    const expire = (): unknown => this.#fail(TOO_LONG)
    signal.addEventListener('abort', expire)
    this.#disobey = () => signal.removeEventListener('abort', expire)
    if (signal.aborted) expire()
  }

  /** Nothing is under way for now: no signal ends it, and it does not keep the process alive. */
  rest(onBroken: () => void): void {
    this.#disobey()
    this.#onBroken = onBroken
    this.#tcp.unref()
  }

  /** Goes on after `rest`. */
  resume(signal: AbortSignal): void {
    this.#onBroken = noOperation
    this.#tcp.ref()
    this.obey(signal)
  }

  /** The greeting, or the answer to what was asked last. */
  reply(): Promise<Reply> {
    return this.#nextReply(NOT_IN_TIME)
  }

  /**
   * The next answer to the content, for which only the signal sets an end: a server that is still busy with the message
   * would take it, and the client send it again (RFC 5321 section 4.5.3.2.6).
   */
  finalReply(): Promise<Reply> {
    return this.#nextReply(undefined)
  }

  async #nextReply(late: string | undefined): Promise<Reply> {
    await this.#until(() => this.#replies.length > 0, late)
    const reply = this.#replies.shift()
    if (reply === undefined) throw this.#faultBecause('it did not answer')
    return reply
  }

  async command(line: string): Promise<Reply> {
    if (/[\r\n\0]/.test(line)) throw new Error('a command must not hold CR, LF or NUL')
    this.#ask(`${line}\r\n`, 1)
    return this.reply()
  }

  /** Resolves when there is room for more. */
  async write(octets: Buffer): Promise<void> {
    this.#check()
    this.#socket.write(octets)
    await this.#until(() => !this.#socket.writableNeedDrain, 'it did not take the content in time')
  }

  /** After the last line of the content; `finalReply` then gives so many answers. */
  endContent(answers: number): void {
    this.#ask('.\r\n', answers)
  }

  /** The handshake, before the greeting or after the answer to STARTTLS. */
  async secure(check: TlsCheck): Promise<void> {
    this.#check()
    if (this.#replies.length > 0 || this.#reader.hasMore) throw this.#fail(OUT_OF_TURN)
    this.#deafen()
    this.#tcp.on('error', noOperation)
    let isSecure = false
    const socket = connectTls({ ...tlsOptions(check), socket: this.#tcp }, () => {
      isSecure = true
      this.#wake()
    })
    this.#listen(socket, tlsFailure)
    await this.#until(() => isSecure, NOT_IN_TIME)
  }

  /** Says goodbye without waiting for an answer; what is still open after one step's time is cut. */
  quit(): void {
    this.#disobey()
    if (!this.isUsable) {
      this.abort()
      return
    }
    const cancel = this.#options.clock.after(this.#options.timeout, () => this.abort())
    this.#socket.once('close', cancel)
    this.#awaited = 1
    this.#socket.end('QUIT\r\n')
  }

  /** The next server must not take what it has so far for a message. */
  abort(): void {
    this.#fail('we closed the connection')
  }

  #listen(socket: Socket, failure: (error: Error) => string): void {
    const handlers = {
      data: (octets: Buffer): void => this.#hear(octets),
      drain: (): void => this.#wake(),
      error: (error: Error): unknown => this.#fail(failure(error)),
      close: (): unknown => this.#fail('it closed the connection'),
    }
    for (const [event, handler] of Object.entries(handlers)) socket.on(event, handler)
    this.#socket = socket
    this.#deafen = () => {
      for (const [event, handler] of Object.entries(handlers)) socket.off(event, handler)
    }
  }

  #ask(text: string, answers: number): void {
    this.#check()
    this.#awaited = answers
    this.#socket.write(text, 'utf8')
  }

  #hear(octets: Buffer): void {
    this.#reader.push(octets)
    try {
      for (let reply = this.#expect(); reply !== undefined; reply = this.#expect()) {
        this.#replies.push(reply)
        this.#awaited -= 1
      }
    } catch (error) {
      this.#fail(reasonOf(error))
    }
    if (this.#awaited === 0 && this.#reader.hasMore) this.#fail(OUT_OF_TURN)
    this.#wake()
  }

  #expect(): Reply | undefined {
    return this.#awaited > 0 ? this.#reader.next() : undefined
  }

  #fail(because: string): HostFault {
    const fault = (this.#fault ??= this.#faultBecause(because))
    this.#disobey()
    this.#socket.destroy()
    this.#tcp.destroy()
    this.#wake()
    this.#onBroken()
    return fault
  }

  #faultBecause(because: string): HostFault {
    return new HostFault(`The next server failed: ${because}`, this.#opened ? '4.4.2' : '4.4.1')
  }

  #check(): void {
    if (this.#fault !== undefined) throw this.#fault
  }

  /** `late` is what it failed by when one step's time is over. */
  async #until(isDone: () => boolean, late: string | undefined): Promise<void> {
    if (isDone()) return
    const cancel = late === undefined ? noOperation : this.#startStep(late)
    try {
      while (!isDone()) {
        this.#check()
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      cancel()
    }
  }

  #startStep(late: string): () => void {
    return this.#options.clock.after(this.#options.timeout, () => void this.#fail(late))
  }
}
