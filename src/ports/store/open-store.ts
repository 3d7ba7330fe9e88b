/**
 * `store:` of a site: `memory:`, `sqlite:FILE`, or `redis://…` with `prefix`, `password` and `timeout` behind a `#`.
 *
 * One that is away does not answer; what rules make of that is their `on_unknown`.
 */
import { resolve } from 'node:path'
import type { Store } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import type { StorePlace } from '../../core/site.ts'
import { readSource, type SourceSpec } from '../../core/source.ts'
import { RedisLink } from '../redis/redis-link.ts'
import { CONNECTION_PARAMETERS, redisPlace } from '../redis/redis-place.ts'
import type { SourceWorld } from '../sources/driver.ts'
import { checkNames } from '../sources/parameters.ts'
import { type Environment, passwordFault } from '../sources/secret.ts'
import { timeoutOf } from '../sources/timeout.ts'
import { MemoryStore } from './memory-store.ts'
import { RedisStore } from './redis-store.ts'
import { reportedStore } from './reported-store.ts'
import { SqliteStore } from './sqlite-store.ts'

export type StoreWorld = Pick<SourceWorld, 'clock' | 'chance' | 'log' | 'env'>

const MEMORY = 'memory:'

/** What is wrong with the URL, as far as it can be said without opening anything; with an environment, its password too. */
export function storeFault(place: StorePlace, env?: Environment): string | undefined {
  try {
    readStore(place)
    return env && place.url !== MEMORY ? passwordFault(sourceOf(place), env) : undefined
  } catch (fault) {
    return reasonOf(fault)
  }
}

/** Throws an Error with a plain sentence for a URL that is wrong. */
export function openStore(place: StorePlace, world: StoreWorld): Store {
  return readStore(place)(world)
}

function sourceOf({ url, directory }: StorePlace): SourceSpec {
  return readSource({ url, kind: 'string', directory })
}

function readStore(place: StorePlace): (world: StoreWorld) => Store {
  const { url } = place
  if (url === MEMORY) return ({ clock }) => new MemoryStore().at(clock)
  if (!/^(?:sqlite|rediss?):/.test(url)) throw new Error('a store is `memory:`, `sqlite:FILE` or `redis://HOST:PORT`')
  const source = sourceOf(place)
  const open = source.scheme === 'sqlite' ? readSqlite(source) : readRedis(source)
  return (world) => reportedStore(open(world), { ...world, shown: source.shown })
}

function readSqlite(source: SourceSpec): (world: StoreWorld) => Store {
  checkNames(source, ['timeout'])
  const [path, timeout] = [resolve(source.directory, source.place), timeoutOf(source)]
  return ({ clock, log }) => new SqliteStore({ path, clock, log, timeout })
}

const PREFIX = 'postern:'

function readRedis(source: SourceSpec): (world: StoreWorld) => Store {
  checkNames(source, ['prefix', 'timeout', ...CONNECTION_PARAMETERS])
  const place = redisPlace(source)
  return (world) => new RedisStore(new RedisLink(place(world)), source.parameters.get('prefix') ?? PREFIX)
}
