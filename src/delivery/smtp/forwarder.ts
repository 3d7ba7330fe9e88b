/**
 * Hands messages to the next server by SMTP or LMTP: over a connection that waits, or a new one, to the first server that
 * can be talked to.
 *
 * Another server is asked only as long as this one has nothing of the content. A server that failed rests, which means
 * that it is tried last. A connection is used again after a whole conversation only, and RSET must be answered first.
 */
import type { DeliveryJob, DeliveryResult } from '../../core/delivery.ts'
import { sameForAll } from '../outcomes.ts'
import { beforeAbort, withTimeLimit } from '../time-limit.ts'
import { deferred } from './answers.ts'
import { type ConnectionSettings, openConnection, type SmtpConnection } from './connection.ts'
import { Health } from './health.ts'
import { HostFault } from './host-fault.ts'
import { IdlePool, type PoolLimits } from './idle-pool.ts'
import { type Peer, peerText } from './peer.ts'
import { isPositive } from './reply.ts'
import { peersOf, type Route } from './route.ts'
import { handOver } from './transaction.ts'

export interface ForwardSettings extends ConnectionSettings {
  readonly route: Route
  readonly xforward: boolean
  /** Milliseconds for the whole delivery. */
  readonly deadline: number
  readonly pool: PoolLimits
  /** Milliseconds that a server rests after it failed. */
  readonly rest: number
}

export class Forwarder {
  readonly #settings: ForwardSettings
  readonly #pool: IdlePool
  readonly #health: Health

  constructor(settings: ForwardSettings) {
    this.#settings = settings
    // After XCLIENT a connection belongs to one client.
    this.#pool = new IdlePool(settings.xclient ? { ...settings.pool, most: 0 } : settings.pool)
    this.#health = new Health(settings.rest)
  }

  /** Never rejects for what next servers do; rejects when the message cannot be read. */
  async deliver(job: DeliveryJob): Promise<DeliveryResult> {
    try {
      return await withTimeLimit(job.ports.clock, this.#settings.deadline, (signal) => this.#tryAll(job, signal))
    } catch (fault) {
      if (fault instanceof HostFault) return sameForAll(deferred(fault.message, fault.status), job.recipients)
      throw fault
    }
  }

  async #tryAll(job: DeliveryJob, signal: AbortSignal): Promise<DeliveryResult> {
    const peers = await beforeAbort(signal, peersOf(this.#settings.route, job.ports.resolver, job.hostname))
    let last = new HostFault('The next server could not be looked up in time', '4.4.3')
    for (const peer of this.#health.order(peers ?? [])) {
      if (signal.aborted) break
      try {
        return await this.#tryOne(peer, job, signal)
      } catch (fault) {
        if (!(fault instanceof HostFault)) throw fault
        this.#noteFailure(peer, job, fault)
        last = fault
      }
    }
    throw last
  }

  #noteFailure(peer: Peer, { ports }: DeliveryJob, { message }: HostFault): void {
    if (this.#health.failed(peer, ports.clock))
      ports.log.write('warn', { host: peerText(peer), because: message }, 'next server failed')
  }

  /** A server may end a session that has served enough: a new one is another matter. */
  async #tryOne(peer: Peer, job: DeliveryJob, signal: AbortSignal): Promise<DeliveryResult> {
    const waiting = await this.#reuse(peer, signal)
    if (waiting !== undefined)
      try {
        return await this.#use(waiting, peer, job)
      } catch (fault) {
        if (!(fault instanceof HostFault) || signal.aborted) throw fault
      }
    return this.#use(await openConnection(peer, job, this.#settings, signal), peer, job)
  }

  async #use(connection: SmtpConnection, peer: Peer, job: DeliveryJob): Promise<DeliveryResult> {
    try {
      const result = await handOver(connection, job, this.#settings)
      if (this.#health.worked(peer)) job.ports.log.write('info', { host: peerText(peer) }, 'next server works again')
      this.#pool.put(peer, connection, job.ports.clock)
      return result
    } catch (fault) {
      connection.wire.abort()
      throw fault
    }
  }

  /** A connection that ended while it waited is no failure of the server: the next one is taken, or a new one made. */
  async #reuse(peer: Peer, signal: AbortSignal): Promise<SmtpConnection | undefined> {
    for (let one = this.#pool.take(peer, signal); one !== undefined; one = this.#pool.take(peer, signal)) {
      try {
        if (isPositive(await one.wire.command('RSET'))) return one
      } catch (fault) {
        if (!(fault instanceof HostFault)) throw fault
      }
      one.wire.abort()
    }
    return undefined
  }
}
