/** Stores that are damaged, locked, away, full, silent, or speak nonsense. */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import type { Clock, Store } from '../../../src/core/ports.ts'
import { openStore } from '../../../src/ports/store/open-store.ts'
import { systemClock } from '../../../src/ports/system-clock.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { fakeBackend, HANG } from '../auth/fake-backend.ts'
import { freePort } from '../../support/free-port.ts'
import { atEnd } from '../../support/ends.ts'
import { noRedis, startRedis } from '../../support/real/servers.ts'
import { testWorld } from '../sources/world.ts'

const directory = temporaryDirectory({ after: atEnd })

function open(url: string, clock: Clock = systemClock()): Store {
  return openStore({ url, directory }, testWorld({ clock }))
}

const done = (value: unknown): unknown => ({ kind: 'done', value })
const HOUR = 3_600_000

describe('a store in SQLite', () => {
  const files = (name: string): readonly string[] => readdirSync(directory).filter((one) => one.startsWith(name))

  function harm(path: string, at: number): void {
    const file = openSync(path, 'r+')
    writeSync(file, Buffer.from('sixteen octets!!'), 0, 16, at)
    closeSync(file)
  }

  for (const [what, at] of [
    ['its first octets', 0],
    ['a page', 4096 + 8],
  ] as const)
    it(`row 75: a file with other octets in ${what} is set aside and said loudly, and a new one serves`, async () => {
      const name = `harmed-${at}.db`
      const path = join(directory, name)
      const first = open(`sqlite:${name}`)
      for (let index = 0; index < 500; index += 1) await first.increment(`k${index}`, 1, HOUR)
      await first.close()
      harm(path, at)
      const world = testWorld()
      const second = openStore({ url: `sqlite:${name}`, directory }, world)
      assert.deepEqual(await second.increment('k1', 1, HOUR), done(1))
      await second.close()
      assert.deepEqual(
        world.said.map(({ level, text }) => `${level} ${text}`),
        ['error the store was damaged: it was set aside, and a new one begun'],
      )
      assert.equal(files(`${name}.damaged-`).filter((one) => !/-(wal|shm)$/.test(one)).length, 1)
    })

  it('row 75: a process that is killed leaves a file that opens, with all it was told', async () => {
    const path = join(directory, 'killed.db')
    for (let round = 1; round <= 3; round += 1) {
      const child = fork(join(import.meta.dirname, 'count-for-ever.ts'), [path], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      let told = 0
      child.on('message', (sum) => (told = Number(sum)))
      while (told < 50 * round) await once(child, 'message')
      child.kill('SIGKILL')
      await once(child, 'exit')
      const world = testWorld()
      const store = openStore({ url: `sqlite:${path}`, directory }, world)
      const answer = await store.get('count')
      await store.close()
      assert.ok(answer.kind === 'done' && Number(answer.value) >= told)
      assert.deepEqual(world.said, [])
    }
  })

  it('row 74: one that is locked answers when it is free again, and not at all when it is not', async () => {
    const [path, clock] = [join(directory, 'locked.db'), fakeClock()]
    const store = open(`sqlite:${path}`, clock)
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    const turn = async (answer: Promise<unknown>): Promise<unknown> => {
      let isOver = false
      void answer.finally(() => (isOver = true))
      while (!isOver) {
        await new Promise((resolve) => setImmediate(resolve))
        clock.advance(5)
      }
      return answer
    }
    assert.deepEqual(await turn(store.increment('a', 1, HOUR)), { kind: 'failed', because: 'database is locked' })
    const waiting = store.increment('a', 1, HOUR)
    other.exec('COMMIT')
    assert.deepEqual(await turn(waiting), done(1))
    other.close()
    await store.close()
  })

  it('row 74: one whose place is no place is said at the start, and does not answer', async () => {
    const world = testWorld()
    const store = openStore({ url: `sqlite:${import.meta.filename}/store.db`, directory }, world)
    assert.equal((await store.increment('a', 1, HOUR)).kind, 'failed')
    assert.deepEqual(
      world.said.map(({ level, text }) => `${level} ${text}`),
      ['error the store cannot be opened; what it would know is unknown', 'error the store does not answer'],
    )
    await store.close()
  })

  it('row 74: one that may only be read does not answer, and nothing is lost', {
    skip: process.getuid?.() === 0 && 'root may write everywhere',
  }, async () => {
    const path = join(directory, 'read-only.db')
    const first = open(`sqlite:${path}`)
    await first.increment('a', 1, HOUR)
    await first.close()
    chmodSync(path, 0o400)
    const second = open(`sqlite:${path}`)
    assert.equal((await second.increment('a', 1, HOUR)).kind, 'failed')
    await second.close()
  })
})

describe('a store in Redis', { skip: noRedis }, () => {
  let redisPort = 0
  before(async () => {
    redisPort = await freePort()
    const server = await startRedis(redisPort)
    atEnd(() => server.stop())
  })
  it('has the server forget at the end of its time, counted from the first', async () => {
    const store = open(`redis://127.0.0.1:${redisPort}`)
    const admin = new Redis({ port: redisPort, host: '127.0.0.1' })
    await store.increment('timed', 1, HOUR)
    await store.increment('timed', 1, 2 * HOUR)
    await store.putIfAbsent('put', 'x', HOUR)
    await store.putIfAbsent('put', 'y', 2 * HOUR)
    for (const key of ['timed', 'put']) {
      const left = await admin.pttl(`postern:${key}`)
      assert.ok(left > 0 && left <= HOUR)
    }
    await admin.pexpire('postern:timed', 0)
    assert.deepEqual(await store.increment('timed', 1, HOUR), done(1))
    await store.close()
    await admin.quit()
  })
  it('row 74: one that is away does not answer, at once, and serves again when it is back', async () => {
    const port = await freePort()
    const store = open(`redis://127.0.0.1:${port}`)
    assert.equal((await store.increment('a', 1, HOUR)).kind, 'failed')
    const server = await startRedis(port)
    atEnd(() => server.stop())
    while ((await store.increment('a', 1, HOUR)).kind === 'failed')
      await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal((await store.get('a')).kind, 'done')
    await store.close()
  })
  it('row 74: one that is full, or may only be read, does not answer', async () => {
    const store = open(`redis://127.0.0.1:${redisPort}`)
    const admin = new Redis({ port: redisPort, host: '127.0.0.1' })
    assert.equal((await store.increment('full', 1, HOUR)).kind, 'done')
    await admin.config('SET', 'maxmemory', '1')
    assert.match(JSON.stringify(await store.putIfAbsent('new', 'x', HOUR)), /OOM/)
    await admin.config('SET', 'maxmemory', '0')
    assert.deepEqual(await store.increment('full', 1, HOUR), done(2))
    await admin.set('postern:text', 'no number')
    assert.match(JSON.stringify(await store.increment('text', 1, HOUR)), /not an integer/)
    await admin.lpush('postern:list', 'x')
    assert.match(JSON.stringify(await store.get('list')), /WRONGTYPE/)
    await store.close()
    await admin.quit()
  })
  it('row 74: one that is silent does not answer when its time is over', async () => {
    const [fake, clock] = [await fakeBackend([['', HANG]]), fakeClock()]
    const store = open(`redis://127.0.0.1:${fake.port}`, clock)
    const answer = store.increment('a', 1, HOUR)
    await fake.reached
    clock.advance(2000)
    assert.deepEqual(await answer, { kind: 'failed', because: 'no answer within 2000 ms' })
    await store.close()
  })
  for (const answer of ['-WRONGTYPE x\r\n', '$10\r\nabc', '+OK\r\n', '?\r\n', ':\r\n'])
    it(`row 74: ${JSON.stringify(answer)} is no answer`, async () => {
      const fake = await fakeBackend([['\r\n', answer]])
      const store = open(`redis://127.0.0.1:${fake.port}#timeout=200ms`)
      assert.equal((await store.increment('a', 1, HOUR)).kind, 'failed')
      await store.close()
    })
})
