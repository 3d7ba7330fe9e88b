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

/** Rejects with a plain sentence when the address cannot be listened on. */
export async function listen(
  server: Server,
  listener: Listener,
  ports: { clock: Clock; log: Log },
): Promise<Listening> {
  const { name, address } = listener
  server.listen({ host: address, port: listener.port })
  try {
    await once(server, 'listening')
  } catch (fault) {
    throw new Error(`Cannot listen on ${address} port ${listener.port}: ${reason(fault)}`, { cause: fault })
  }
  const { port } = server.address() as AddressInfo
  let wake: (() => void) | undefined
  server.on('error', (fault) => {
    ports.log.write('error', { listener: name, because: reason(fault) }, 'cannot accept connections')
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

function reason(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
