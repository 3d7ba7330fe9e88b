/** Every store through one suite: memory, SQLite, Redis. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import type { Clock, Store } from '../../../src/core/ports.ts'
import { openStore, storeFault } from '../../../src/ports/store/open-store.ts'
import { MemoryStore } from '../../../src/ports/store/memory-store.ts'
import { systemClock } from '../../../src/ports/system-clock.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { freePort } from '../../support/free-port.ts'
import { atEnd } from '../../support/ends.ts'
import { noRedis, startRedis } from '../../support/real/servers.ts'
import { testWorld } from '../sources/world.ts'

const directory = temporaryDirectory({ after: atEnd })

interface Kind {
  readonly skip: string | false
  readonly start: () => Promise<string>
  /** Whose time it is: the test moves its own, and waits for the server's. */
  readonly ownClock: boolean
  /** Whether two of the same URL share what they remember. */
  readonly isShared: boolean
}

const KINDS: Readonly<Record<string, Kind>> = {
  memory: { skip: false, start: async () => 'memory:', ownClock: true, isShared: false },
  sqlite: {
    skip: false,
    start: async () => `sqlite:${join(directory, 'state/store.db')}`,
    ownClock: true,
    isShared: true,
  },
  redis: {
    skip: noRedis,
    async start() {
      const port = await freePort()
      const server = await startRedis(port)
      atEnd(() => server.stop())
      return `redis://127.0.0.1:${port}/3#prefix=p:`
    },
    ownClock: false,
    isShared: true,
  },
}

function open(url: string, clock: Clock = systemClock()): Store {
  return openStore({ url, directory }, testWorld({ clock }))
}

const done = (value: unknown): unknown => ({ kind: 'done', value })
const HOUR = 3_600_000

for (const [name, { skip, start, ownClock, isShared }] of Object.entries(KINDS))
  describe(`a store: ${name}`, { skip }, () => {
    let url = ''
    before(async () => (url = await start()))
    const stores: Store[] = []
    const store = (clock?: Clock): Store => {
      const one = open(url, clock)
      stores.push(one)
      return one
    }
    atEnd(() => Promise.all(stores.map((one) => one.close())))
    let number = 0
    const fresh = (): string => `key ${(number += 1)}`

    it('has nothing at first', async () => assert.deepEqual(await store().get(fresh()), done(undefined)))
    it('keeps the first value of two', async () => {
      const [one, key] = [store(), fresh()]
      assert.deepEqual(await one.putIfAbsent(key, 'first', HOUR), done('first'))
      assert.deepEqual(await one.putIfAbsent(key, 'second', HOUR), done('first'))
      assert.deepEqual(await one.get(key), done('first'))
    })
    it('counts from 0', async () => {
      const [one, key] = [store(), fresh()]
      assert.deepEqual(await one.increment(key, 1, HOUR), done(1))
      assert.deepEqual(await one.increment(key, 41, HOUR), done(42))
      assert.deepEqual(await one.get(key), done('42'))
    })
    it('counts everybody who counts at once', async () => {
      const [one, key] = [store(), fresh()]
      const sums = await Promise.all(Array.from({ length: 100 }, () => one.increment(key, 1, HOUR)))
      assert.deepEqual(new Set(sums.map((sum) => sum.kind === 'done' && sum.value)).size, 100)
      assert.deepEqual(await one.get(key), done('100'))
    })
    it('forgets at the end of its time, counted from the first', { skip: !ownClock }, async () => {
      const [clock, key, other] = [fakeClock(), fresh(), fresh()]
      const one = store(clock)
      await one.increment(key, 1, 200)
      await one.putIfAbsent(other, 'x', 200)
      clock.advance(199)
      assert.deepEqual(await one.increment(key, 1, 200), done(2))
      assert.deepEqual(await one.putIfAbsent(other, 'y', 200), done('x'))
      clock.advance(1)
      assert.deepEqual(await one.get(other), done(undefined))
      assert.deepEqual(await one.increment(key, 1, 200), done(1))
      assert.deepEqual(await one.putIfAbsent(other, 'y', 200), done('y'))
    })
    it('forgets when the wall clock jumps back, rather than keep it too long', { skip: !ownClock }, async () => {
      const [clock, key] = [fakeClock(), fresh()]
      const one = store(clock)
      await one.increment(key, 5, HOUR)
      clock.setWall(clock.now() - 400 * 24 * HOUR)
      assert.deepEqual(await one.get(key), done(undefined))
      assert.deepEqual(await one.increment(key, 1, HOUR), done(1))
    })
    it('takes any text for a key and for a value', async () => {
      const one = store()
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (text, value) => {
          fc.pre(!`${text}${value}`.includes('\0'))
          const key = `${fresh()} ${text}`
          assert.deepEqual(await one.putIfAbsent(key, value, HOUR), done(value))
          assert.deepEqual(await one.get(key), done(value))
          assert.deepEqual(await one.get(`${key} `), done(undefined))
        }),
      )
    })
    it('shares what it knows with others of its name', { skip: !isShared }, async () => {
      const [one, other, key] = [store(), store(), fresh()]
      await one.increment(key, 1, HOUR)
      assert.deepEqual(await other.increment(key, 1, HOUR), done(2))
      const both = await Promise.all(
        Array.from({ length: 100 }, (_, index) => (index % 2 ? one : other).increment(key, 1, HOUR)),
      )
      assert.ok(both.every(({ kind }) => kind === 'done'))
      assert.deepEqual(await one.get(key), done('102'))
    })
  })

describe('a store in memory', () => {
  it('has a bound: what was made first goes first', async () => {
    const store = new MemoryStore(100).at(fakeClock())
    for (let index = 0; index < 250; index += 1) await store.increment(`k${index}`, 1, HOUR)
    assert.deepEqual(await store.get('k149'), done(undefined))
    assert.deepEqual(await store.get('k150'), done('1'))
  })
})

describe('the URL of a store', () => {
  for (const [url, because] of [
    ['postgres://h/d', /^a store is `memory:`/],
    ['sqlite:', /^nothing stands behind/],
    ['redis://:secret@h', /^a password has no place/],
    ['redis://h/db', /number of a database/],
    ['redis://h#colour=blue', /has no `colour`/],
    ['redis://h#timeout=soon', /is a duration/],
  ] as const)
    it(url, () => assert.match(storeFault({ url, directory }) ?? '', because))
  for (const url of ['memory:', 'sqlite:state/postern.db', 'redis://h:6379/1#prefix=x:&password=env:REDIS'])
    it(url, () => assert.equal(storeFault({ url, directory }), undefined))
})
