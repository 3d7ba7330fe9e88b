/** Everybody who is connected: who is let in, with which rules, and how they all leave. */
import type { Socket } from 'node:net'
import { canonicalIp } from '../core/net/ip.ts'
import type { Policies } from '../core/policy.ts'
import type { Entropy, Ports, Spool } from '../core/ports.ts'
import type { Position } from '../core/position.ts'
import { type Connection, type ConnectionStart, type Endpoint, newConnection } from '../core/session.ts'
import { PLAIN_SERVICE, type Service } from '../core/service.ts'
import type { Site } from '../core/site.ts'
import type { TlsState } from '../core/net/tls.ts'
import type { Dispatch } from '../engine/dispatch.ts'
import { Dialogue } from '../smtp/dialogue.ts'
import type { DialogueOptions } from '../smtp/dialogue-options.ts'
import { SHUTTING_DOWN, TLS_UNAVAILABLE, TOO_MANY_CONNECTIONS } from '../smtp/protocol-replies.ts'
import { formatReply, type Reply } from '../smtp/reply.ts'
import { Session } from '../smtp/session.ts'
import type { Attach, ClientStart } from './attachment.ts'
import { ClientCount, type ClientPlace, type ConnectionLimit } from './client-count.ts'
import type { Conversation } from './conversation.ts'
import { Doorstep } from './doorstep.ts'
import { SocketWire } from './socket-wire.ts'
import { tlsStateOf } from './tls-state.ts'
import { countedAs, introduce, termsOf, translated, type Visitor } from './visitor.ts'

export interface SessionsOptions {
  /** The site new connections get. Asked at every connection; its listeners count only at the start. */
  readonly site: () => Site
  /** Asked once for each site. */
  readonly dispatchFor: (site: Site) => Dispatch
  /** The same; without it recipients have no policies. */
  readonly policiesFor?: (site: Site) => Policies | undefined
  readonly ports: Ports
  readonly entropy: Entropy
  readonly spool?: Spool
  /** Unique texts of letters and digits, for connections and transactions. */
  readonly newId: () => string
  /** What rules may read as `env.NAME`. */
  readonly env: ReadonlyMap<string, string>
  /** Where another process counts the clients: asks it about one that a proxy has announced. */
  readonly placeFor?: (socket: Socket, ip: string) => Promise<ClientPlace>
  /** For listeners where a mail server asks us. */
  readonly attach: Attach
}

const NOTHING = Buffer.alloc(0)
const LOOPBACK: Endpoint = { ip: '127.0.0.1', port: 0 }

export class Sessions {
  readonly #count = new ClientCount()
  readonly #options: SessionsOptions
  readonly #policies = new WeakMap<Site, Policies>()
  readonly #dispatchers = new WeakMap<Site, Dispatch>()
  readonly #sessions = new Set<Conversation>()
  readonly #doorstep: Doorstep
  readonly #firstServices: Site['services']
  /** Unix sockets have no addresses: whoever comes in there counts as coming from here. By listener. */
  readonly #unixPlaces: ReadonlyMap<string, Endpoint>
  #closing = false

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#doorstep = new Doorstep(options.ports)
    const { services, listeners } = options.site()
    this.#firstServices = services
    const unix = listeners.filter((listener) => listener.unix)
    this.#unixPlaces = new Map(unix.map(({ name, address, port }) => [name, endpoint(address, port) ?? LOOPBACK]))
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#count.all
  }

  /** Sends idle clients away, lets transactions end within `grace` seconds, then ends those too. */
  async end(grace: number): Promise<void> {
    this.#closing = true
    this.#doorstep.clear()
    for (const session of this.#sessions) session.stop()
    const cancel = this.#options.ports.clock.after(grace * 1000, () => {
      for (const session of this.#sessions) session.abort()
    })
    await Promise.all([...this.#sessions].map((session) => session.over))
    cancel()
  }

  /** `listener` is the name of the listening socket; `clientSessions`: what another process has counted. */
  accept(socket: Socket, listener: string, clientSessions?: number): void {
    const { ports, site } = this.#options
    const place = this.#unixPlaces.get(listener)
    const remote = place ?? endpoint(socket.remoteAddress, socket.remotePort)
    const local = place ?? endpoint(socket.localAddress, socket.localPort)
    socket.on('error', (fault) =>
      ports.log.write('debug', { remote_ip: remote?.ip, because: fault.message }, 'socket error'),
    )
    // A client that has hung up already has no address any more.
    if (remote === undefined || local === undefined) socket.destroy()
    else
      this.#receive({
        socket,
        listener,
        remote,
        local,
        clientSessions,
        site: site(),
        service: this.#service(listener),
      })
  }

  /** A listener that a newer site does not know serves as it did before. */
  #service(listener: string): Service {
    const now = this.#options.site().services?.get(listener)
    return now ?? this.#firstServices?.get(listener) ?? PLAIN_SERVICE
  }

  /** What should be encrypted is not served in clear text. */
  #speaks({ tls }: Service): boolean {
    if (tls.mode === 'none') return true
    return tls.mode !== 'unavailable' && this.#doorstep.gate(tls.settings) !== undefined
  }

  #receive(visitor: Visitor): void {
    const { socket, site, service, remote } = visitor
    if (this.#closing) turnAway(socket, SHUTTING_DOWN, service)
    else if (!this.#speaks(service)) turnAway(socket, TLS_UNAVAILABLE)
    else if (!service.proxies?.find(remote.ip)) this.#admit(translated(visitor))
    else if (this.#count.all + this.#doorstep.unannounced >= site.limits.connections) socket.destroy()
    else
      this.#doorstep.announced(
        socket,
        site.limits.proxy_timeout,
        (header, rest) => void this.#announced(introduce(visitor, header), rest),
      )
  }

  async #announced(visitor: Visitor, rest: Buffer): Promise<void> {
    const { placeFor } = this.#options
    if (visitor.anonymous || !placeFor) return this.#admit(visitor, rest)
    const { socket, remote } = visitor
    const { limit, clientSessions } = await placeFor(socket, remote.ip)
    if (socket.destroyed) return
    if (this.#closing) turnAway(socket, SHUTTING_DOWN)
    else if (limit !== undefined) this.#refuse(visitor, limit)
    else this.#admit({ ...visitor, clientSessions }, rest)
  }

  #refuse({ socket, remote, service }: Visitor, limit: ConnectionLimit): void {
    this.#options.ports.log.write('info', { remote_ip: remote.ip, limit }, 'too many connections')
    turnAway(socket, TOO_MANY_CONNECTIONS, service)
  }

  #admit(visitor: Visitor, rest: Buffer = NOTHING): void {
    const { socket, site, service, remote } = visitor
    const counted = countedAs(service, remote.ip)
    const limit = this.#count.enter(counted, site.limits)
    if (limit !== undefined) return this.#refuse(visitor, limit)
    socket.once('close', () => this.#count.leave(counted))
    const here = counted === undefined ? undefined : this.#count.of(counted)
    const known = { ...visitor, clientSessions: visitor.clientSessions ?? here }
    if (service.tls.mode !== 'implicit') {
      const session = this.#begin(known, socket)
      if (rest.length > 0) session.receive(rest)
      return
    }
    if (rest.length > 0) socket.unshift(rest)
    const handshake = { settings: service.tls.settings, seconds: site.limits.tls_timeout }
    this.#doorstep.encrypted(socket, handshake, (encrypted) => {
      this.#begin(known, encrypted, tlsStateOf(encrypted))
    })
  }

  #begin(visitor: Visitor, socket: Socket, tls?: TlsState): Conversation {
    const { service } = visitor
    const gate = service.tls.mode === 'starttls' ? this.#doorstep.gate(service.tls.settings) : undefined
    const wire = new SocketWire(socket, this.#options.ports.clock, gate)
    const session = service.position
      ? this.#attach(service.position, visitor, wire)
      : this.#newSession(visitor, wire, tls)
    this.#keep(session)
    wire.connect(session)
    session.start()
    return session
  }

  #newSession(visitor: Visitor, wire: SocketWire, tls: TlsState | undefined): Session {
    const { site, service, remote, local, listener, clientSessions, anonymous = false, proxy } = visitor
    return new Session({
      ...this.#surroundings(site),
      connection: { ...this.#newConnection({ remote, local, listener, clientSessions, anonymous, proxy }), tls },
      offer: service.offer,
      hearsEarly: site.program.words?.has('early_talker') ?? false,
      terms: termsOf(visitor),
      wire,
    })
  }

  /** Each client of the mail server gets the site that is current when its session begins. */
  #attach(position: Position, { site, remote, local, listener }: Visitor, wire: SocketWire): Conversation {
    const { attach, ports } = this.#options
    const begin = ({ tls, ...client }: ClientStart): Dialogue =>
      new Dialogue({
        ...this.#surroundings(this.#options.site()),
        connection: { ...this.#newConnection({ ...client, listener, attached: true }), tls },
        inputWaits: () => false,
      })
    return attach({ position, wire, ports, limits: site.limits, remote, local, listener, begin })
  }

  #newConnection(who: Omit<ConnectionStart, 'id' | 'startedAt' | 'env'>): Connection {
    const { newId, env, ports } = this.#options
    return newConnection({ ...who, id: newId(), startedAt: ports.clock.now(), env })
  }

  /** What all sessions by the rules of a site share. */
  #surroundings(site: Site): Omit<DialogueOptions, 'connection' | 'inputWaits'> {
    const { ports, entropy, spool, newId } = this.#options
    return {
      hostname: site.hostname,
      limits: site.limits,
      revision: site.program.revision,
      dispatch: this.#dispatcher(site),
      policies: this.#policiesOf(site),
      split: site.program.split,
      tellsLog: site.program.chains.has('logging'),
      ports,
      entropy,
      spool,
      newId,
    }
  }

  #keep(session: Conversation): void {
    this.#sessions.add(session)
    void session.over.then(() => this.#sessions.delete(session))
  }

  #policiesOf(site: Site): Policies | undefined {
    const policies = this.#policies.get(site) ?? this.#options.policiesFor?.(site)
    if (policies) this.#policies.set(site, policies)
    return policies
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

/** A last word for a client that does not come in. A mail server that asks us has no use for one. */
export function turnAway(socket: Socket, reply: Reply, { position }: Pick<Service, 'position'> = {}): void {
  if (position) socket.destroy()
  else socket.end(formatReply(reply), () => socket.destroy())
}
