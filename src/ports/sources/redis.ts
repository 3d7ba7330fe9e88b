/** `redis://…`, `rediss://…`: a string of its own for each key, or a field of one hash, or a member of one set. */
import type { SourceSpec } from '../../core/source.ts'
import { checkRedisUrl, RedisLink } from '../redis/redis-link.ts'
import type { Driver } from './driver.ts'
import { secretIn } from './secret.ts'
import { timeoutOf } from './timeout.ts'

type Look = (link: RedisLink, key: string) => Promise<string | null>

export const redisDriver: Driver = {
  parameters: ['prefix', 'hash', 'set', 'password'],
  read(source) {
    const url = `${source.scheme}:${source.place}`
    checkRedisUrl(url)
    const [look, secret, timeout] = [lookIn(source), secretIn(source), timeoutOf(source)]
    return (world) => {
      const link = new RedisLink({
        url,
        password: secret && (() => secret(world)),
        timeout,
        chance: world.chance,
        clock: world.clock,
      })
      return {
        async ask(key) {
          const value = await look(link, key)
          return value === null ? undefined : [value]
        },
        close: () => link.close(),
      }
    }
  },
}

function lookIn({ parameters }: SourceSpec): Look {
  if (parameters.size - Number(parameters.has('password')) - Number(parameters.has('timeout')) > 1)
    throw new Error('one of `prefix`, `hash` and `set` says where the keys are')
  const [hash, set, prefix = ''] = ['hash', 'set', 'prefix'].map((name) => parameters.get(name))
  if (hash !== undefined) return (link, key) => link.say((client) => client.hget(hash, key))
  if (set === undefined) return (link, key) => link.say((client) => client.get(prefix + key))
  return async (link, key) => ((await link.say((client) => client.sismember(set, key))) === 1 ? '' : null)
}
