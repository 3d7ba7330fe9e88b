/**
 * A short conversation with a backend: octets out, lines or octets in, over TCP, TLS or a Unix socket.
 *
 * Bounded: a line, and all that the backend may say. Ends when the signal aborts. Every fault is a BackendFault.
 */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type TlsCheck, tlsFailure, tlsOptions } from '../../delivery/smtp/tls.ts'
import { BackendFault } from './login.ts'

export type Place = { readonly host: string; readonly port: number } | { readonly path: string }

/** The longest line, its end included. */
const LINE_OCTETS = 8192
/** The most a backend may say in one login. */
const MOST_OCTETS = 262_144

const LF = 10

export class Conversation {
  readonly #signal: AbortSignal
  #socket: Socket
  #heard: Buffer = Buffer.alloc(0)
  #count = 0
  #fault: BackendFault | undefined
  #wake: () => void = () => undefined

  private constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket
    this.#signal = signal
    this.#listen(socket, (error) => `the connection failed: ${error.message}`)
    signal.addEventListener('abort', this.#abort)
  }

  /** Runs `talk` on a new connection, and ends the connection whatever becomes of it. */
  static async hold<T>(place: Place, signal: AbortSignal, talk: (backend: Conversation) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    const conversation = new Conversation(connect({ ...place, noDelay: true }), signal)
    try {
      await conversation.#event('connect')
      return await talk(conversation)
    } finally {
      conversation.#end()
    }
  }

  /** Goes on under TLS. What was said before it must have been heard (RFC 3207 section 4.2: it may be anybody's). */
  async secure(check: TlsCheck): Promise<void> {
    if (this.#heard.length > 0) throw new BackendFault('it spoke before TLS began')
    const plain = this.#socket
    plain.removeAllListeners('data').removeAllListeners('close')
    this.#socket = connectTls({ ...tlsOptions(check), socket: plain })
    this.#listen(this.#socket, tlsFailure)
    await this.#event('secureConnect')
  }

  send(octets: string | Buffer): void {
    this.#socket.write(octets)
  }

  /** The next line, its end included. */
  async line(): Promise<Buffer> {
    await this.#until(() => this.#heard.includes(LF) || this.#heard.length > LINE_OCTETS)
    const end = this.#heard.indexOf(LF) + 1
    if (end === 0 || end > LINE_OCTETS) throw new BackendFault('it sent a line that does not end')
    return this.#cut(end)
  }

  /** The next line as text, without its end; octets beyond ASCII stay what they are. */
  async text(): Promise<string> {
    return (await this.line()).toString('latin1').replace(/\r?\n$/, '')
  }

  async take(count: number): Promise<Buffer> {
    await this.#until(() => this.#heard.length >= count)
    return this.#cut(count)
  }

  #cut(count: number): Buffer {
    const octets = this.#heard.subarray(0, count)
    this.#heard = this.#heard.subarray(count)
    return octets
  }

  #listen(socket: Socket, failure: (error: Error) => string): void {
    socket.on('data', (octets: Buffer) => this.#hear(octets))
    socket.on('error', (error) => this.#fail(failure(error)))
    socket.on('close', () => this.#fail('it closed the connection'))
  }

  #hear(octets: Buffer): void {
    this.#count += octets.length
    if (this.#count > MOST_OCTETS) {
      this.#fail('it said too much')
      return
    }
    this.#heard = Buffer.concat([this.#heard, octets])
    this.#wake()
  }

  readonly #abort = (): void => this.#fail('it did not answer in time')

  #fail(because: string): void {
    this.#fault ??= new BackendFault(because)
    this.#socket.destroy()
    this.#wake()
  }

  async #event(name: 'connect' | 'secureConnect'): Promise<void> {
    let happened = false
    this.#socket.once(name, () => {
      happened = true
      this.#wake()
    })
    await this.#until(() => happened)
  }

  /** What was heard before a fault still counts. */
  async #until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.#fault) throw this.#fault
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #end(): void {
    this.#signal.removeEventListener('abort', this.#abort)
    this.#socket.destroy()
  }
}
