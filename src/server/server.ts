/**
 * The SMTP server: listening sockets, a session for each connection, limits, and an end that loses nothing.
 *
 * A session keeps the site that was current when it began. Errors of a socket end its session only.
 */
import type { Door } from './life/door.ts'
import type { Listening } from './listening.ts'
import { Sessions, type SessionsOptions } from './sessions.ts'

export type ServerOptions = SessionsOptions

export interface Server {
  readonly addresses: readonly Pick<Listening, 'name' | 'address' | 'port'>[]
  /** How many are open. */
  connections(): number
  /**
   * Accepts nothing more, sends idle clients away, lets transactions end within `grace` seconds, then ends those too.
   * Resolves when all sessions are over. A second call can shorten the grace.
   */
  close(options: { readonly grace: number }): Promise<void>
}

/** Opens a door that was held closed. */
export function serveBehind(door: Door, options: ServerOptions): Server {
  const sessions = new Sessions(options)
  door.open((socket, listener) => sessions.accept(socket, listener))
  return {
    addresses: door.addresses,
    connections: () => sessions.connections,
    close({ grace }) {
      door.stop()
      return sessions.end(grace)
    },
  }
}
