/** A store that is full: what it knows it goes on knowing, what is new is unknown, and the log says so, but not each time. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, it } from 'node:test'
import type { Store } from '../../../src/core/ports.ts'
import { openStore } from '../../../src/ports/store/open-store.ts'
import { reportedStore } from '../../../src/ports/store/reported-store.ts'
import { SqliteStore } from '../../../src/ports/store/sqlite-store.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { atEnd } from '../../support/ends.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { testWorld } from '../sources/world.ts'

const directory = temporaryDirectory({ after: atEnd })
const [MINUTE, HOUR] = [60_000, 3_600_000]
const NO_LOG = { write: () => undefined }

/** Keys until one has no room, large ones and then small ones. */
async function fill(store: Store, milliseconds: number): Promise<void> {
  for (const octets of [1000, 100, 10, 1])
    for (let number = 0, isFull = false; !isFull; number += 1) {
      const answer = await store.putIfAbsent(`${number} ${'x'.repeat(octets)}`, 'x', milliseconds)
      isFull = answer.kind === 'failed'
    }
}

describe('a SQLite store that is full', () => {
  const full = async (name: string, milliseconds: number) => {
    const clock = fakeClock()
    const store = new SqliteStore({ path: join(directory, name), clock, log: NO_LOG, timeout: 1000, mostPages: 40 })
    await store.increment('before', 1, HOUR)
    await fill(store, milliseconds)
    return { clock, store }
  }

  it('row 74: does not answer for new keys, and goes on counting those it has', async () => {
    const { store } = await full('full.db', HOUR)
    assert.deepEqual(await store.increment('new', 1, HOUR), {
      kind: 'failed',
      because: 'database or disk is full',
    })
    assert.deepEqual(await store.get('new'), { kind: 'done', value: undefined })
    assert.deepEqual(await store.increment('before', 1, HOUR), { kind: 'done', value: 2 })
    await store.close()
  })

  it('row 74: has room again by itself when what it keeps is over', async () => {
    const { clock, store } = await full('over.db', 1000)
    clock.advance(MINUTE)
    await setImmediate()
    assert.deepEqual(await store.increment('new', 1, HOUR), { kind: 'done', value: 1 })
    await store.close()
  })
})

describe('the log', () => {
  it('row 74: has one line a minute while a store does not answer, with how often that was', async () => {
    const clock = fakeClock()
    const world = testWorld({ clock })
    const answers = (isFull: boolean): Store => ({
      get: async () => ({ kind: 'done', value: undefined }),
      putIfAbsent: async (_, value) => ({ kind: 'done', value }),
      increment: async () => (isFull ? { kind: 'failed', because: 'it is full' } : { kind: 'done', value: 1 }),
      close: async () => undefined,
    })
    const store = reportedStore(answers(true), { ...world, shown: 'sqlite:x.db' })
    const times = async (number: number): Promise<void> => {
      for (let time = 0; time < number; time += 1) await store.increment('key of a client', 1, HOUR)
    }
    await times(1000)
    clock.advance(MINUTE)
    await times(2)
    await store.get('a')
    assert.deepEqual(
      world.said.map(({ level, text, fields }) => [level, text, fields]),
      [
        ['error', 'the store does not answer', { store: 'sqlite:x.db', because: 'it is full', times: 1 }],
        ['error', 'the store does not answer', { store: 'sqlite:x.db', because: 'it is full', times: 1000 }],
      ],
    )
    await store.close()
  })

  it('names no password of a store that is away', async () => {
    const world = testWorld()
    const url = 'redis://mail@127.0.0.1:9#password=env:DB_PASSWORD'
    const store = openStore({ url, directory: '/' }, world)
    assert.equal((await store.increment('a', 1, HOUR)).kind, 'failed')
    await store.close()
    assert.deepEqual(
      world.said.map(({ fields }) => fields['store']),
      [url],
    )
    assert.doesNotMatch(JSON.stringify(world.said), /sesame/)
  })
})
