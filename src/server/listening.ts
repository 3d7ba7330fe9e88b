/** A listening socket. When accepting fails, as it does when the process is out of file descriptors, it rests and tries again. */
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import type { Clock, Log } from '../core/ports.ts'
import type { Listener } from '../core/site.ts'

/** Milliseconds without accepting after a failure. */
const REST = 1000

export interface Listening {
  readonly name: string
  readonly address: string
  /** The real one where 0 was asked for. */
  readonly port: number
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
  const { name, fd } = wanted
  server.listen(fd === undefined ? { host: wanted.address, port: wanted.port } : { fd })
  try {
    await once(server, 'listening')
  } catch (fault) {
    throw new Error(`Cannot listen on ${wanted.address} port ${wanted.port}: ${reason(fault)}`, { cause: fault })
  }
  const { address, port } = addressOf(server, wanted)
  let wake: (() => void) | undefined
  server.on('error', (fault) => {
    ports.log.write('error', { listener: name, because: reason(fault) }, 'cannot accept connections')
    if (fd !== undefined || port < FIRST_FREE_PORT) return
    if (server.listening) server.close()
    wake?.()
    wake = ports.clock.after(REST, () => server.listen({ host: address, port }))
  })
  const stop = (): void => {
    wake?.()
    if (server.listening) server.close()
  }
  return { name, address, port, stop }
}

function addressOf(server: Server, { name, fd, address }: Wanted): AddressInfo {
  const bound = server.address()
  if (bound !== null && typeof bound !== 'string') return fd === undefined ? { ...bound, address } : bound
  server.close()
  throw new Error(`The socket handed over as ${name} is no TCP socket`)
}

function reason(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
