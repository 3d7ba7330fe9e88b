/**
 * A session's wire over a socket.
 *
 * Whatever the network does to the socket ends this session and no other: every error is followed by `close`.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../core/ports.ts'
import type { Session } from '../smtp/session.ts'
import type { Wire } from '../smtp/wire.ts'

/** Milliseconds for the client to read the last reply and hang up. Closing earlier can cost it the reply: what it still sends is answered with a reset. */
const LINGER = 5000

export class SocketWire implements Wire {
  readonly #socket: Socket
  readonly #clock: Clock

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket
    this.#clock = clock
  }

  /** From now on the session hears what the socket says. */
  connect(session: Session): void {
    const socket = this.#socket
    socket.setNoDelay(true)
    socket.on('data', (octets: Buffer) => session.receive(octets))
    socket.on('drain', () => session.drained())
    socket.on('end', () => session.endInput())
    socket.on('close', () => session.gone())
  }

  send(text: string): boolean {
    return this.#socket.write(text, 'latin1')
  }

  /** Goes on reading, to no purpose but that the client can. */
  close(): void {
    const socket = this.#socket
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
}
