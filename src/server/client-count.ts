/** How many connections there are, in all and of each client, so that one client cannot take them all (RFC 5321 section 7.8). */
import { formatNetwork, isIpFault, networkOf, parseIp } from '../core/net/ip.ts'
import type { Limits } from '../core/limits.ts'

export type ConnectionLimit = 'connections' | 'connections_per_client'

/** What a process that counts says about a client. */
export interface ClientPlace {
  /** In its way. */
  readonly limit?: ConnectionLimit | undefined
  /** Sessions that it has, this one included. */
  readonly clientSessions?: number | undefined
}

/** One IPv6 customer has a /64 at least. */
const IPV6_PREFIX = 64

export class ClientCount {
  #all = 0
  readonly #byClient = new Map<string, number>()

  get all(): number {
    return this.#all
  }

  /**
   * Counts a connection; answers with the limit that is in the way instead when there is one. Without an address it
   * only counts among all.
   */
  enter(ip: string | undefined, limits: Pick<Limits, ConnectionLimit>): ConnectionLimit | undefined {
    if (this.#all >= limits.connections) return 'connections'
    const limit = ip === undefined ? undefined : this.identify(ip, limits)
    if (limit === undefined) this.#all += 1
    return limit
  }

  /** The client of a connection that was counted without an address is known now; answers as `enter` does. */
  identify(ip: string, limits: Pick<Limits, 'connections_per_client'>): ConnectionLimit | undefined {
    const client = clientOf(ip)
    const before = this.#byClient.get(client) ?? 0
    if (before >= limits.connections_per_client) return 'connections_per_client'
    this.#byClient.set(client, before + 1)
    return undefined
  }

  /** How many are open. */
  of(ip: string): number {
    return this.#byClient.get(clientOf(ip)) ?? 0
  }

  /** To be called once for each connection that was counted. */
  leave(ip: string | undefined): void {
    this.#all -= 1
    if (ip === undefined) return
    const client = clientOf(ip)
    const rest = (this.#byClient.get(client) ?? 0) - 1
    if (rest > 0) this.#byClient.set(client, rest)
    else this.#byClient.delete(client)
  }
}

function clientOf(text: string): string {
  const ip = parseIp(text)
  return isIpFault(ip) || ip.version === 4 ? text : formatNetwork(networkOf(ip, IPV6_PREFIX))
}
