/** Where a Redis server is, as the URL of a list or a store says. Everything here throws an Error with a plain sentence. */
import { readFile } from 'node:fs/promises'
import type { Chance, Clock } from '../../core/ports.ts'
import type { SourceSpec } from '../../core/source.ts'
import { fileIn } from '../sources/parameters.ts'
import { secretIn } from '../sources/secret.ts'
import { timeoutOf } from '../sources/timeout.ts'
import { checkRedisUrl, type RedisPlace } from './redis-link.ts'

/** What may stand behind the `#` for the connection, besides `timeout`. */
export const CONNECTION_PARAMETERS = ['password', 'ca_file'] as const

interface World {
  readonly clock: Pick<Clock, 'after'>
  readonly chance: Chance
  readonly env: (name: string) => string | undefined
}

/** Asks nobody. */
export function redisPlace(source: SourceSpec): (world: World) => RedisPlace {
  const url = `${source.scheme}:${source.place}`
  checkRedisUrl(url)
  const [secret, timeout, caFile] = [secretIn(source), timeoutOf(source), fileIn(source, 'ca_file')]
  if (caFile !== undefined && source.scheme !== 'rediss')
    throw new Error('`ca_file` is for `rediss://`; `redis://` speaks without TLS')
  return (world) => ({
    url,
    timeout,
    password: secret && (() => secret(world)),
    authority: caFile === undefined ? undefined : () => readFile(caFile, 'utf8'),
    clock: world.clock,
    chance: world.chance,
  })
}
