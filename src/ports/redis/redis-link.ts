/**
 * One connection to a Redis or Valkey server, kept and made anew when it breaks. The one door to `ioredis`, an optional
 * library.
 *
 * Nothing waits for a server that is away: a command that finds no connection fails at once, one that is not answered fails
 * when its time is over, and a server that is silent for that long is connected to anew, so that no queue of unanswered
 * commands grows. Attempts to connect wait longer and longer, up to two seconds, each at a random time.
 */
import type { Redis } from 'ioredis'
import type { Chance, Clock } from '../../core/ports.ts'
import { beforeAbort, withTimeLimit } from '../../delivery/time-limit.ts'
import { requireLibrary } from '../optional-library.ts'

export interface RedisPlace {
  /** `redis://USER@HOST:PORT/DATABASE`, or `rediss:`; without a password. */
  readonly url: string
  readonly password: (() => Promise<string>) | undefined
  /** Certificates in PEM of who may vouch for the server, in place of the system's. */
  readonly authority: (() => Promise<string>) | undefined
  /** Milliseconds for a connection, and for one command. */
  readonly timeout: number
  readonly chance: Chance
  readonly clock: Pick<Clock, 'after'>
}

/** Commands that wait for their answers at the same time. */
const MOST_COMMANDS = 1000
/** Waits between two attempts, in milliseconds; each is between half of it and one and a half. */
const [FIRST_WAIT, LONGEST_WAIT] = [50, 2000]

/** Throws an Error with a plain sentence that does not repeat the URL. */
export function checkRedisUrl(url: string): void {
  requireLibrary('ioredis')
  if (!URL.canParse(url)) throw new Error('the URL of the server cannot be read')
  const { password, hostname, pathname, search } = new URL(url)
  if (password !== '')
    throw new Error('a password has no place in rules; write `password=env:NAME` or `password=file:PATH`')
  if (hostname === '') throw new Error('the URL names no server: `redis://HOST:PORT/DATABASE`')
  if (!/^\/?\d*$/.test(pathname) || search !== '')
    throw new Error('behind the server stands the number of a database: `redis://HOST:PORT/0`')
}

export class RedisLink {
  readonly #place: RedisPlace
  #client: Promise<Redis> | undefined
  /** The attempt to connect under way, which all commands wait for. */
  #attempt: Promise<void> | undefined
  #fault = 'it is not connected'
  #asked = 0

  constructor(place: RedisPlace) {
    this.#place = place
  }

  /** Rejects with a short sentence when the server does not answer in time, or answers with an error. */
  async say<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    if (this.#asked >= MOST_COMMANDS) throw new Error('too many commands wait for it')
    const { clock, timeout } = this.#place
    this.#asked += 1
    try {
      const said = this.#say(command).then((value) => ({ value }))
      const answer = await withTimeLimit(clock, timeout, (signal) => beforeAbort(signal, said))
      if (answer) return answer.value
      throw new Error(`no answer within ${timeout} ms`)
    } finally {
      this.#asked -= 1
    }
  }

  async #say<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    this.#client ??= this.#open().catch((fault: unknown) => {
      this.#client = undefined
      throw fault
    })
    const client = await this.#client
    if (client.status !== 'ready')
      await (this.#attempt ??= this.#connection(client).finally(() => (this.#attempt = undefined)))
    return command(client)
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    this.#client = undefined
    client?.disconnect()
  }

  async #open(): Promise<Redis> {
    const { url, password, authority, timeout, chance } = this.#place
    const { Redis } = await import('ioredis')
    const client = new Redis(url, {
      ...(password && { password: await password() }),
      ...(authority && { tls: { ca: await authority() } }),
      lazyConnect: true,
      connectTimeout: timeout,
      commandTimeout: timeout,
      socketTimeout: timeout,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(FIRST_WAIT * 2 ** Math.min(times, 10), LONGEST_WAIT) * (0.5 + chance()),
      // After a failover the old master is read-only: whoever has the name now is connected to.
      reconnectOnError: ({ message }) => message.startsWith('READONLY'),
    })
    // Without a listener an error would be written to standard error.
    client.on('error', (error: Error) => {
      this.#fault = error.message || 'it is not connected'
    })
    return client
  }

  /** Resolves when the attempt under way succeeds. Between two attempts nobody waits. */
  async #connection(client: Redis): Promise<void> {
    if (client.status === 'wait') client.connect().catch(() => undefined)
    if (client.status !== 'connecting' && client.status !== 'connect') throw new Error(this.#fault)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const fail = (): void => reject(new Error(this.#fault))
    client.once('ready', resolve)
    client.once('close', fail)
    try {
      await promise
    } finally {
      client.off('ready', resolve)
      client.off('close', fail)
    }
  }
}
