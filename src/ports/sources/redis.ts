/** `redis://…`, `rediss://…`: a string of its own for each key, or a field of one hash, or a member of one set. */
import type { SourceSpec } from '../../core/source.ts'
import { RedisLink } from '../redis/redis-link.ts'
import { CONNECTION_PARAMETERS, redisPlace } from '../redis/redis-place.ts'
import type { Driver } from './driver.ts'

type Look = (link: RedisLink, key: string) => Promise<string | null>

export const redisDriver: Driver = {
  parameters: ['prefix', 'hash', 'set', ...CONNECTION_PARAMETERS],
  read(source) {
    const [look, place] = [lookIn(source), redisPlace(source)]
    const { scheme, place: where, parameters, directory } = source
    const settings = ['timeout', ...CONNECTION_PARAMETERS].map((name) => parameters.get(name))
    const key = JSON.stringify([scheme, where, directory, settings])
    return (world) => {
      const shared = world.links.take(key, () => new RedisLink(place(world)))
      return {
        async ask(one) {
          const value = await look(shared.link, one)
          return value === null ? undefined : [value]
        },
        close: () => shared.release(),
      }
    }
  },
}

/** Where all keys of a database count is said: whoever names one that is there for another purpose would be on the list. */
function lookIn({ parameters }: SourceSpec): Look {
  if (['prefix', 'hash', 'set'].filter((name) => parameters.has(name)).length !== 1)
    throw new Error(
      'one of `prefix`, `hash` and `set` says where the keys are; `#prefix=` means every key of the database',
    )
  const [hash, set, prefix = ''] = ['hash', 'set', 'prefix'].map((name) => parameters.get(name))
  if (hash !== undefined) return (link, key) => link.say((client) => client.hget(hash, key))
  if (set === undefined) return (link, key) => link.say((client) => client.get(prefix + key))
  return async (link, key) => ((await link.say((client) => client.sismember(set, key))) === 1 ? '' : null)
}
