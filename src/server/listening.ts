/** A listening socket. When accepting fails, as it does when the process is out of file descriptors, it rests and tries again. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import type { Clock, Log } from '../core/ports.ts'
import { reasonOf } from '../core/reason.ts'
import type { Listener } from '../core/site.ts'
import { listenOnPath } from './unix-socket.ts'

/** Milliseconds without accepting after a failure. */
const REST = 1000

export interface Listening {
  readonly name: string
  readonly address: string
  /** The real one where 0 was asked for. */
  readonly port: number
  /** Of a unix socket, which has no address and port of its own. */
  readonly path: string | undefined
  /** Accepts nothing more. Connections that are open stay. */
  stop(): void
}

/** Ports below need rights that may be gone by the time they would be taken again. */
const FIRST_FREE_PORT = 1024

export interface Wanted extends Listener {
  /** A socket that listens already; address and port are its own. */
  readonly fd?: number | undefined
}

/** Rejects with a plain sentence when the address cannot be listened on. */
export async function listen(server: Server, wanted: Wanted, ports: { clock: Clock; log: Log }): Promise<Listening> {
  const { name, fd, unix } = wanted
  const begin = (place: { address: string; port: number }): Promise<void> =>
    unix && fd === undefined ? listenOnPath(server, unix) : listenOn(server, fd ?? place)
  await begin(wanted).catch((fault: unknown) => {
    const place = unix ? unix.path : `${wanted.address} port ${wanted.port}`
    throw new Error(`Cannot listen on ${place}: ${reasonOf(fault)}`, { cause: fault })
  })
  const { address, port } = addressOf(server, wanted)
  let wake: (() => void) | undefined
  server.on('error', (fault) => {
    ports.log.write('error', { listener: name, because: reasonOf(fault) }, 'cannot accept connections')
    if (fd !== undefined || (!unix && port < FIRST_FREE_PORT)) return
    if (server.listening) server.close()
    wake?.()
    wake = ports.clock.after(REST, () => void begin({ address, port }).catch(() => undefined))
  })
  const stop = (): void => {
    wake?.()
    if (server.listening) server.close()
  }
  return { name, address, port, path: unix?.path, stop }
}

/**
 * Connections that may wait to be accepted, as far as the system allows (net.core.somaxconn). Who finds no room there tries
 * again after a second; who does waits behind all of them, and so do the sessions that are open.
 */
const BACKLOG = 1024

async function listenOn(server: Server, place: number | { address: string; port: number }): Promise<void> {
  const where = typeof place === 'number' ? { fd: place } : { host: place.address, port: place.port }
  server.listen({ ...where, backlog: BACKLOG })
  await once(server, 'listening')
}

function addressOf(server: Server, { name, fd, address, port, unix }: Wanted): { address: string; port: number } {
  const bound = server.address()
  if (unix && typeof bound === 'string') return { address, port }
  if (!unix && bound !== null && typeof bound !== 'string') return fd === undefined ? { ...bound, address } : bound
  server.close()
  throw new Error(`The socket handed over as ${name} is no ${unix ? 'unix' : 'TCP'} socket`)
}
