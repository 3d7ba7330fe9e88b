/**
 * Where the supervising process receives clients: counts them, and hands each to the worker that has the fewest.
 *
 * Counting here makes the limits hold over all workers exactly, and a client that opens many connections spreads over them.
 * A worker says when a connection is closed; when a worker ends, all of its connections are. What comes through a trusted
 * proxy is counted in all at first: who the client is, the worker hears later, and asks here whether it has a place.
 */
import type { Socket } from 'node:net'
import { canonicalIp } from '../../core/net/ip.ts'
import type { Limits } from '../../core/limits.ts'
import type { Log } from '../../core/ports.ts'
import { SHUTTING_DOWN, TOO_MANY_CONNECTIONS } from '../../smtp/protocol-replies.ts'
import type { Reply } from '../../smtp/reply.ts'
import { ClientCount, type ClientPlace, type ConnectionLimit } from '../client-count.ts'
import { turnAway } from '../sessions.ts'
import type { ToWorker } from './worker-messages.ts'

/** A worker that takes connections. */
export interface Receiver {
  readonly number: number
  /** Calls `failed` when the worker did not get it. */
  hand(message: ToWorker, socket: Socket, failed: () => void): void
}

export interface ReceptionOptions {
  readonly receivers: () => readonly Receiver[]
  readonly limits: () => Pick<Limits, ConnectionLimit>
  /** Where clients of a unix socket count as coming from, by listener. */
  readonly homes: ReadonlyMap<string, string>
  /** Whom a peer of a listener stands for; undefined for a proxy, which will announce its client. */
  readonly clientOf: (listener: string, ip: string) => string | undefined
  /** A mail server that asks us has no use for a reply. */
  readonly isAttached: (listener: string) => boolean
  readonly log: Log
}

interface Guest {
  /** As counted; absent for who comes through a proxy and was not announced yet. */
  readonly ip: string | undefined
  readonly receiver: Receiver
}

export class Reception {
  readonly #options: ReceptionOptions
  readonly #count = new ClientCount()
  readonly #guests = new Map<number, Guest>()
  readonly #loads = new Map<Receiver, number>()
  #keys = 0

  constructor(options: ReceptionOptions) {
    this.#options = options
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#count.all
  }

  receive(socket: Socket, listener: string): void {
    const { log, limits, clientOf, homes } = this.#options
    socket.on('error', (fault) => log.write('debug', { because: fault.message }, 'socket error'))
    const ip = canonicalIp(homes.get(listener) ?? socket.remoteAddress?.replace(/%.*$/, '') ?? '')
    const receiver = this.#idlest()
    // A client that has hung up already has no address any more.
    if (ip === undefined) socket.destroy()
    else if (!receiver) {
      log.write('warn', { remote_ip: ip }, 'there is no worker to take a connection')
      this.#turnAway(socket, listener, SHUTTING_DOWN)
    } else {
      const counted = clientOf(listener, ip)
      const limit = this.#count.enter(counted, limits())
      if (limit === undefined) this.#handOver(socket, listener, { ip: counted, receiver })
      else {
        log.write('info', { remote_ip: ip, limit }, 'too many connections')
        this.#turnAway(socket, listener, TOO_MANY_CONNECTIONS)
      }
    }
  }

  /** A worker has heard from a proxy who its client is. */
  announced(key: number, ip: string): ClientPlace {
    const guest = this.#guests.get(key)
    if (!guest || guest.ip !== undefined) return {}
    const limit = this.#count.identify(ip, this.#options.limits())
    if (limit !== undefined) return { limit }
    this.#guests.set(key, { ...guest, ip })
    return { clientSessions: this.#count.of(ip) }
  }

  /** A worker's connection is closed. */
  left(key: number): void {
    const guest = this.#guests.get(key)
    if (!guest) return
    this.#guests.delete(key)
    this.#count.leave(guest.ip)
    this.#loads.set(guest.receiver, (this.#loads.get(guest.receiver) ?? 1) - 1)
  }

  /** A worker has ended, and its connections with it. */
  gone(receiver: Receiver): void {
    for (const [key, guest] of this.#guests) if (guest.receiver === receiver) this.left(key)
    this.#loads.delete(receiver)
  }

  #turnAway(socket: Socket, listener: string, reply: Reply): void {
    if (this.#options.isAttached(listener)) socket.destroy()
    else turnAway(socket, reply)
  }

  #idlest(): Receiver | undefined {
    const load = (receiver: Receiver): number => this.#loads.get(receiver) ?? 0
    return this.#options.receivers().toSorted((one, other) => load(one) - load(other) || one.number - other.number)[0]
  }

  #handOver(socket: Socket, listener: string, guest: Guest): void {
    const key = (this.#keys += 1)
    this.#guests.set(key, guest)
    this.#loads.set(guest.receiver, (this.#loads.get(guest.receiver) ?? 0) + 1)
    const clientSessions = guest.ip === undefined ? undefined : this.#count.of(guest.ip)
    guest.receiver.hand({ kind: 'connection', key, listener, clientSessions }, socket, () => {
      socket.destroy()
      this.left(key)
    })
  }
}
