/**
 * The listening sockets of a server, closed to clients until it is ready for them.
 *
 * Ports are taken first, while that is still allowed; rights are given up and rules loaded behind the closed door. Clients
 * who come meanwhile wait, unread. Sockets may also come from a supervisor (systemd's socket activation).
 */
import { createServer, type Socket } from 'node:net'
import type { Clock, Log } from '../../core/ports.ts'
import type { Listener } from '../../core/site.ts'
import { listen, type Listening } from '../listening.ts'

export interface DoorOptions {
  readonly listeners: readonly Listener[]
  /** File descriptors of sockets that listen already, one for each listener that has one. */
  readonly inherited?: ReadonlyMap<Listener, number>
  /** Sockets are handed over to another process: nothing is read here. */
  readonly handOver?: boolean
  readonly ports: { readonly clock: Clock; readonly log: Log }
}

export type Welcome = (socket: Socket, listener: string) => void

export interface Door {
  readonly addresses: readonly Listening[]
  /** Lets in who waits, and everybody from now on. */
  open(welcome: Welcome): void
  /** Accepts nothing more. Connections that are open stay; who waits is sent away. */
  stop(): void
}

/** Listens on all addresses, or rejects with a plain sentence and listens on none. */
export async function openDoor({ listeners, inherited, handOver = false, ports }: DoorOptions): Promise<Door> {
  const hall = new Hall()
  const open = (listener: Listener): Promise<Listening> =>
    listen(
      createServer({ allowHalfOpen: true, pauseOnConnect: handOver }, (socket) => hall.enter(socket, listener.name)),
      { ...listener, fd: inherited?.get(listener) },
      ports,
    )
  const opened = await Promise.allSettled(listeners.map(open))
  const addresses = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const stop = (): void => {
    for (const one of addresses) one.stop()
    hall.clear()
  }
  const failed = opened.find((result) => result.status === 'rejected')
  if (failed) {
    stop()
    throw failed.reason
  }
  return { addresses, open: (welcome) => hall.open(welcome), stop }
}

/** Where clients wait until the door is open. */
class Hall {
  #welcome: Welcome | undefined
  readonly #waiting = new Map<Socket, string>()

  enter(socket: Socket, listener: string): void {
    if (this.#welcome) this.#welcome(socket, listener)
    else {
      // Without somebody who listens, a client that gives up would end the process.
      socket.on('error', ignore)
      this.#waiting.set(socket, listener)
    }
  }

  open(welcome: Welcome): void {
    this.#welcome = welcome
    for (const [socket, listener] of this.#waiting) {
      welcome(socket, listener)
      socket.off('error', ignore)
    }
    this.#waiting.clear()
  }

  clear(): void {
    for (const socket of this.#waiting.keys()) socket.destroy()
    this.#waiting.clear()
  }
}

function ignore(): void {}
