/**
 * Connections that wait for the next message.
 *
 * One that ends or speaks while it waits is dropped at once, one that waited too long is closed, and when there are too
 * many the one that waited longest goes.
 */
import type { Clock } from '../../core/ports.ts'
import type { SmtpConnection } from './connection.ts'
import { type Peer, peerText } from './peer.ts'

export interface PoolLimits {
  /** Connections to all servers together. */
  readonly most: number
  /** Milliseconds one may wait. */
  readonly idle: number
}

interface Waiting {
  readonly key: string
  readonly connection: SmtpConnection
  readonly cancel: () => void
}

export class IdlePool {
  readonly #limits: PoolLimits
  /** The one that has waited longest first. */
  readonly #waiting = new Set<Waiting>()

  constructor(limits: PoolLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#waiting.size
  }

  /** The one that was used last; it is no longer in the pool, and obeys this signal. */
  take(peer: Peer, signal: AbortSignal): SmtpConnection | undefined {
    const key = peerText(peer)
    const found = [...this.#waiting].findLast((waiting) => waiting.key === key)
    if (found === undefined) return undefined
    this.#remove(found)
    found.connection.wire.resume(signal)
    return found.connection
  }

  put(peer: Peer, connection: SmtpConnection, clock: Pick<Clock, 'after'>): void {
    const { wire } = connection
    if (!wire.isUsable || this.#limits.most === 0) {
      wire.quit()
      return
    }
    const cancel = clock.after(this.#limits.idle, () => this.#dismiss(waiting))
    const waiting: Waiting = { key: peerText(peer), connection, cancel }
    this.#waiting.add(waiting)
    wire.rest(() => this.#remove(waiting))
    const [oldest] = this.#waiting
    if (this.#waiting.size > this.#limits.most && oldest !== undefined) this.#dismiss(oldest)
  }

  #dismiss(waiting: Waiting): void {
    this.#remove(waiting)
    waiting.connection.wire.quit()
  }

  #remove(waiting: Waiting): void {
    waiting.cancel()
    this.#waiting.delete(waiting)
  }
}
