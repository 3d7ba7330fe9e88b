/**
 * The SMTP server: listening sockets, a session for each connection, limits, and an end that loses nothing.
 *
 * A session keeps the site that was current when it began. Errors of a socket end its session only.
 */
import { createServer } from 'node:net'
import type { Listener } from '../core/site.ts'
import { listen, type Listening } from './listening.ts'
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

/** Listens on all addresses of the site, or rejects with a plain sentence and listens on none. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const sessions = new Sessions(options)
  const open = (listener: Listener): Promise<Listening> =>
    listen(
      createServer({ allowHalfOpen: true }, (socket) => sessions.accept(socket, listener.name)),
      listener,
      options.ports,
    )
  const opened = await Promise.allSettled(options.site().listeners.map(open))
  const listening = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const stop = (): void => listening.forEach((one) => one.stop())
  const failed = opened.find((result) => result.status === 'rejected')
  if (failed) {
    stop()
    throw failed.reason
  }
  return {
    addresses: listening,
    connections: () => sessions.connections,
    close({ grace }) {
      stop()
      return sessions.end(grace)
    },
  }
}
