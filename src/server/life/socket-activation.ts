/**
 * Sockets that a supervisor has opened for us (systemd.socket(5), sd_listen_fds(3)).
 *
 * They are told apart by name: `FileDescriptorName=mx` goes to the listener `mx`. Several sockets of one name go to the
 * listeners of that name in their order. One socket and one listener need no name.
 */
import type { Listener } from '../../core/site.ts'

/** The first one, by the protocol. */
const FIRST = 3

export interface Handed {
  readonly name: string
  readonly fd: number
}

type Environment = Readonly<Record<string, string | undefined>>

/** Variables that speak of us alone; no child may believe them. */
export const ACTIVATION_VARIABLES = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID'] as const

/** Nothing when the variables are meant for another process. */
export function handedSockets(environment: Environment, pid: number): readonly Handed[] {
  const count = Number(environment['LISTEN_FDS'] ?? '0')
  if (environment['LISTEN_PID'] !== String(pid) || !Number.isInteger(count) || count < 1) return []
  const names = (environment['LISTEN_FDNAMES'] ?? '').split(':')
  return Array.from({ length: count }, (_, index) => ({ name: names[index] ?? '', fd: FIRST + index }))
}

/** Throws an Error with a plain sentence when a socket is for nobody: a listener beside it would want its port. */
export function assignSockets(
  handed: readonly Handed[],
  listeners: readonly Listener[],
): ReadonlyMap<Listener, number> {
  const [only, ...others] = listeners
  const [socket, ...further] = handed
  if (only && socket && others.length + further.length === 0) return new Map([[only, socket.fd]])
  const free = new Set(listeners)
  return new Map(
    handed.map(({ name, fd }) => {
      const listener = [...free].find((one) => one.name === name)
      if (!listener)
        throw new Error(`The socket handed over as \`${name}\` has no listener of that name; see FileDescriptorName=`)
      free.delete(listener)
      return [listener, fd]
    }),
  )
}
