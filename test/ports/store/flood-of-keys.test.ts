/** Keys that clients choose: as many as they like, as long as they like, with whatever in them. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, it } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { MemoryStore } from '../../../src/ports/store/memory-store.ts'
import { SqliteStore } from '../../../src/ports/store/sqlite-store.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const directory = temporaryDirectory()
const MINUTE = 60_000

function entriesIn(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database.prepare('SELECT count(*) AS entries FROM entries').get()
  database.close()
  return Number(row?.['entries'])
}

describe('keys that clients choose', () => {
  it('leave the file soon after their time, however many they are', async () => {
    const [path, clock] = [join(directory, 'flood.db'), fakeClock()]
    const store = new SqliteStore({ path, clock, log: { write: () => undefined }, timeout: 1000 })
    for (let number = 0; number < 5000; number += 1) await store.increment(`flood ${number}`, 1, 1000)
    assert.equal(entriesIn(path), 5000)
    clock.advance(MINUTE)
    for (let turn = 0; turn < 20; turn += 1) {
      await setImmediate()
      clock.advance(100)
    }
    assert.equal(entriesIn(path), 0)
    await store.close()
    assert.equal(clock.pending(), 0)
  })

  it('do not stop the sweeping when the store is closed in the middle of it', async () => {
    const [path, clock] = [join(directory, 'closed.db'), fakeClock()]
    const store = new SqliteStore({ path, clock, log: { write: () => undefined }, timeout: 1000 })
    clock.advance(MINUTE)
    await store.close()
    await setImmediate()
    assert.equal(clock.pending(), 0)
  })

  it('are one key each: with NUL in them, of a mebibyte, with the names of objects', async () => {
    const clock = fakeClock()
    const file = new SqliteStore({
      path: join(directory, 'odd.db'),
      clock,
      log: { write: () => undefined },
      timeout: 1000,
    })
    const long = 'x'.repeat(1024 * 1024)
    const keys = ['a', 'a\0', 'a\0b', '', '__proto__', 'constructor', long, `${long}y`, "'; DROP TABLE entries; --"]
    for (const store of [file, new MemoryStore().at(clock)]) {
      for (const [index, key] of keys.entries()) await store.increment(key, index + 1, MINUTE)
      for (const [index, key] of keys.entries())
        assert.deepEqual(await store.get(key), { kind: 'done', value: String(index + 1) })
      await store.close()
    }
  })
})
