/**
 * One connection to the next server: lines out, replies in, one step at a time.
 *
 * Every step has a deadline. A reply nobody asked for, or a connection that ends, fails the step under way and all that
 * follow; a reply that is complete counts even if the connection ends after it. Nothing with a CR, LF or NUL inside is
 * written as a command.
 */
import { connect, type Socket } from 'node:net'
import type { Clock } from '../core/ports.ts'
import { type Reply, ReplyReader } from './smtp-reply.ts'

export interface WireOptions {
  readonly host: string
  readonly port: number
  /** Milliseconds for one step: connect, a reply, room for more content. */
  readonly timeout: number
  readonly clock: Pick<Clock, 'after'>
}

/** The next server was not there, not in time, or not speaking SMTP. */
export class WireFault extends Error {
  override readonly name = 'WireFault'
}

const OUT_OF_TURN = 'it spoke out of turn'

export class SmtpWire {
  readonly #socket: Socket
  readonly #options: WireOptions
  #reader: ReplyReader | undefined = new ReplyReader()
  #reply: Reply | undefined
  #fault: WireFault | undefined
  #wake: () => void = () => undefined

  private constructor(options: WireOptions) {
    this.#options = options
    this.#socket = connect({ host: options.host, port: options.port, noDelay: true })
    this.#socket.on('data', (octets) => this.#hear(octets))
    this.#socket.on('error', () => this.#fail('the connection failed'))
    this.#socket.on('close', () => this.#fail('it closed the connection'))
    this.#socket.on('connect', () => this.#wake())
    this.#socket.on('drain', () => this.#wake())
  }

  /** Resolves when connected, before the greeting. */
  static async open(options: WireOptions): Promise<SmtpWire> {
    const wire = new SmtpWire(options)
    await wire.#until(() => !wire.#socket.connecting && !wire.#socket.destroyed, 'it did not answer in time')
    return wire
  }

  /** The greeting, or the answer to the last command. */
  async reply(): Promise<Reply> {
    await this.#until(() => this.#reply !== undefined, 'it did not answer in time')
    if (this.#reply === undefined) throw new WireFault('it did not answer')
    return this.#reply
  }

  async command(line: string): Promise<Reply> {
    if (/[\r\n\0]/.test(line)) throw new Error('a command must not hold CR, LF or NUL')
    return this.#ask(`${line}\r\n`)
  }

  /** Resolves when there is room for more. */
  async write(octets: Buffer): Promise<void> {
    this.#check()
    this.#socket.write(octets)
    await this.#until(() => !this.#socket.writableNeedDrain, 'it did not take the content in time')
  }

  /** After the last line of the content. */
  async endContent(): Promise<Reply> {
    return this.#ask('.\r\n')
  }

  /** Says goodbye without waiting for an answer; what is still open after one step's time is cut. */
  quit(): void {
    if (this.#fault !== undefined) {
      this.abort()
      return
    }
    const cancel = this.#options.clock.after(this.#options.timeout, () => this.abort())
    this.#socket.once('close', cancel)
    this.#reader = undefined
    this.#socket.end('QUIT\r\n')
  }

  /** The next server must not take what it has so far for a message. */
  abort(): void {
    this.#socket.destroy()
  }

  async #ask(text: string): Promise<Reply> {
    this.#check()
    this.#reader = new ReplyReader()
    this.#reply = undefined
    this.#socket.write(text, 'utf8')
    return this.reply()
  }

  #hear(octets: Buffer): void {
    try {
      this.#reply = this.#expected().push(octets)
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : 'it sent a malformed reply')
    }
    if (this.#reply === undefined) return
    if (this.#reader?.hasMore === true) this.#fail(OUT_OF_TURN)
    this.#reader = undefined
    this.#wake()
  }

  #expected(): ReplyReader {
    if (this.#reader === undefined) throw new WireFault(OUT_OF_TURN)
    return this.#reader
  }

  #fail(because: string): void {
    this.#fault ??= new WireFault(because)
    this.#socket.destroy()
    this.#wake()
  }

  #check(): void {
    if (this.#fault !== undefined) throw this.#fault
  }

  async #until(isDone: () => boolean, late: string): Promise<void> {
    if (isDone()) return
    const cancel = this.#options.clock.after(this.#options.timeout, () => this.#fail(late))
    try {
      while (!isDone()) {
        this.#check()
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      cancel()
    }
  }
}
