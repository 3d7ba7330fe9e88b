/** Which servers failed lately: they are tried after all others until they have rested. */
import type { Clock } from '../../core/ports.ts'
import { type Peer, peerText } from './peer.ts'

export class Health {
  readonly #resting = new Map<string, () => void>()
  readonly #milliseconds: number

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  /** Those that are well first; else in their order. */
  order(peers: readonly Peer[]): readonly Peer[] {
    const isResting = (peer: Peer): boolean => this.#resting.has(peerText(peer))
    return [...peers.filter((peer) => !isResting(peer)), ...peers.filter(isResting)]
  }

  /** Says whether that is news. */
  failed(peer: Peer, clock: Pick<Clock, 'after'>): boolean {
    const key = peerText(peer)
    const cancel = this.#resting.get(key)
    cancel?.()
    this.#resting.set(
      key,
      clock.after(this.#milliseconds, () => this.#resting.delete(key)),
    )
    return cancel === undefined
  }

  /** Says whether that is news. */
  worked(peer: Peer): boolean {
    const key = peerText(peer)
    this.#resting.get(key)?.()
    return this.#resting.delete(key)
  }
}
