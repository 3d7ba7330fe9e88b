/**
 * A store in Redis or Valkey: for all machines that name it. Time is the server's there.
 *
 * Each question is one step of the server; `increment` is a script, so that no number is ever left without an end.
 */
import type { Store, StoreAnswer } from '../../core/ports.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import { shortReason } from '../short-reason.ts'

const INCREMENT = `
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return sum`

const PUT = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return ARGV[1] end
return redis.call('GET', KEYS[1])`

export class RedisStore implements Store {
  readonly #link: RedisLink
  readonly #prefix: string

  constructor(link: RedisLink, prefix: string) {
    this.#link = link
    this.#prefix = prefix
  }

  get(key: string): Promise<StoreAnswer<string | undefined>> {
    return this.#ask(async (link) => (await link.say((client) => client.get(this.#prefix + key))) ?? undefined)
  }

  putIfAbsent(key: string, value: string, milliseconds: number): Promise<StoreAnswer<string>> {
    return this.#ask(async (link) =>
      textOf(await link.say((client) => client.eval(PUT, 1, this.#prefix + key, value, milliseconds))),
    )
  }

  increment(key: string, by: number, milliseconds: number): Promise<StoreAnswer<number>> {
    return this.#ask(async (link) =>
      numberOf(await link.say((client) => client.eval(INCREMENT, 1, this.#prefix + key, by, milliseconds))),
    )
  }

  close(): Promise<void> {
    return this.#link.close()
  }

  async #ask<T>(work: (link: RedisLink) => Promise<T>): Promise<StoreAnswer<T>> {
    try {
      return { kind: 'done', value: await work(this.#link) }
    } catch (fault) {
      return { kind: 'failed', because: shortReason(fault) }
    }
  }
}

/** Servers that are none may answer anything. */
function textOf(answer: unknown): string {
  if (typeof answer !== 'string') throw new Error('it answered something that is no text')
  return answer
}

function numberOf(answer: unknown): number {
  if (typeof answer !== 'number' || !Number.isSafeInteger(answer))
    throw new Error('it answered something that is no number')
  return answer
}
