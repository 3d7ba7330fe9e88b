/**
 * A session's wire over a socket.
 *
 * Whatever the network does to the socket ends this session and no other: every error is followed by `close`.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../core/ports.ts'
import type { Wire } from '../smtp/wire.ts'
import type { Conversation } from './conversation.ts'
import type { TlsGate } from './tls.ts'
import { tlsStateOf } from './tls-state.ts'

/**
 * Milliseconds for the client to read the last reply and hang up. Closing earlier can cost it the reply: what it still
 * sends is answered with a reset.
 */
const LINGER = 5000

export class SocketWire implements Wire {
  /** The encrypted one once there is one. */
  #socket: Socket
  readonly #clock: Clock
  readonly #gate: TlsGate | undefined
  #session: Conversation | undefined
  #detach = (): void => undefined
  #handshaking = false

  /** `gate` is for STARTTLS. */
  constructor(socket: Socket, clock: Clock, gate?: TlsGate) {
    this.#socket = socket
    this.#clock = clock
    this.#gate = gate
  }

  /** From now on the session hears what the socket says. */
  connect(session: Conversation): void {
    this.#session = session
    this.#socket.once('close', () => session.gone())
    this.#attach(this.#socket, session)
  }

  send(text: string): boolean {
    return this.#socket.write(text, 'latin1')
  }

  holdsInput(): boolean {
    return this.#socket.readableLength > 0
  }

  startTls(): void {
    const plain = this.#socket
    this.#handshaking = true
    this.#detach()
    plain.pause()
    while (plain.read() !== null);
    this.#gate?.secure(plain, (socket) => {
      const session = this.#session
      if (session === undefined || plain.destroyed) return
      this.#socket = socket
      this.#handshaking = false
      this.#attach(socket, session)
      session.secured(tlsStateOf(socket))
    })
  }

  /** Goes on reading, to no purpose but that the client can. */
  close(): void {
    const socket = this.#socket
    if (this.#handshaking) socket.destroy()
    if (socket.destroyed) return
    socket.end()
    socket.resume()
    socket.once(
      'close',
      this.#clock.after(LINGER, () => socket.destroy()),
    )
  }

  flow(open: boolean): void {
    if (open) this.#socket.resume()
    else this.#socket.pause()
  }

  later(resume: () => void): void {
    setImmediate(resume)
  }

  #attach(socket: Socket, session: Conversation): void {
    const data = (octets: Buffer): void => session.receive(octets)
    const drain = (): void => session.drained()
    const end = (): void => session.endInput()
    socket.setNoDelay(true)
    socket.on('data', data).on('drain', drain).on('end', end).resume()
    this.#detach = () => void socket.off('data', data).off('drain', drain).off('end', end)
  }
}
