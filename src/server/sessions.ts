/** Everybody who is connected: who is let in, with which rules, and how they all leave. */
import type { Socket } from 'node:net'
import { canonicalIp } from '../core/ip.ts'
import type { Entropy, Ports } from '../core/ports.ts'
import { type Endpoint, newConnection } from '../core/session.ts'
import type { Site } from '../core/site.ts'
import type { Dispatch } from '../engine/dispatch.ts'
import { SHUTTING_DOWN, TOO_MANY_CONNECTIONS } from '../smtp/protocol-replies.ts'
import { formatReply, type Reply } from '../smtp/reply.ts'
import { Session } from '../smtp/session.ts'
import { ClientCount } from './client-count.ts'
import { SocketWire } from './socket-wire.ts'

export interface SessionsOptions {
  /** The site new connections get. Asked at every connection; its listeners count only at the start. */
  readonly site: () => Site
  /** Asked once for each site. */
  readonly dispatchFor: (site: Site) => Dispatch
  readonly ports: Ports
  readonly entropy: Entropy
  /** Unique texts of letters and digits, for connections and transactions. */
  readonly newId: () => string
  /** What rules may read as `env.NAME`. */
  readonly env: ReadonlyMap<string, string>
}

export class Sessions {
  readonly #count = new ClientCount()
  readonly #options: SessionsOptions
  readonly #dispatchers = new WeakMap<Site, Dispatch>()
  readonly #sessions = new Set<Session>()
  #closing = false

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#count.all
  }

  /** Sends idle clients away, lets transactions end within `grace` seconds, then ends those too. */
  async end(grace: number): Promise<void> {
    this.#closing = true
    for (const session of this.#sessions) session.stop()
    const cancel = this.#options.ports.clock.after(grace * 1000, () => {
      for (const session of this.#sessions) session.abort()
    })
    await Promise.all([...this.#sessions].map((session) => session.over))
    cancel()
  }

  /** `listener` is the name of the listening socket. */
  accept(socket: Socket, listener: string): void {
    const { ports, site } = this.#options
    const remote = endpoint(socket.remoteAddress, socket.remotePort)
    const local = endpoint(socket.localAddress, socket.localPort)
    socket.on('error', (fault) =>
      ports.log.write('debug', { remote_ip: remote?.ip, because: fault.message }, 'socket error'),
    )
    // A client that has hung up already has no address any more.
    if (remote === undefined || local === undefined) socket.destroy()
    else if (this.#closing) turnAway(socket, SHUTTING_DOWN)
    else this.#admit(socket, { remote, local, listener }, site())
  }

  #admit(socket: Socket, place: { remote: Endpoint; local: Endpoint; listener: string }, site: Site): void {
    const { ports, entropy, newId, env } = this.#options
    const { ip } = place.remote
    const limit = this.#count.enter(ip, site.limits)
    if (limit !== undefined) {
      ports.log.write('info', { remote_ip: ip, limit }, 'too many connections')
      turnAway(socket, TOO_MANY_CONNECTIONS)
      return
    }
    socket.once('close', () => this.#count.leave(ip))
    const wire = new SocketWire(socket, ports.clock)
    const session = new Session({
      connection: newConnection({ ...place, id: newId(), startedAt: ports.clock.now(), env }),
      hostname: site.hostname,
      limits: site.limits,
      revision: site.program.revision,
      dispatch: this.#dispatcher(site),
      offer: site.offers?.get(place.listener),
      ports,
      entropy,
      newId,
      wire,
    })
    this.#keep(session)
    wire.connect(session)
    session.start()
  }

  #keep(session: Session): void {
    this.#sessions.add(session)
    void session.over.then(() => this.#sessions.delete(session))
  }

  #dispatcher(site: Site): Dispatch {
    const known = this.#dispatchers.get(site)
    if (known) return known
    const dispatch = this.#options.dispatchFor(site)
    this.#dispatchers.set(site, dispatch)
    return dispatch
  }
}

/** Link-local addresses come with the interface's name. */
function endpoint(address: string | undefined, port: number | undefined): Endpoint | undefined {
  const ip = canonicalIp(address?.replace(/%.*$/, '') ?? '')
  return ip === undefined || port === undefined ? undefined : { ip, port }
}

/** A last word for a client that does not come in. */
export function turnAway(socket: Socket, reply: Reply): void {
  socket.end(formatReply(reply), () => socket.destroy())
}
