/** Watching: a change is told once, when it has come to rest. */
import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { marksOf } from '../../../src/server/life/steady-read.ts'
import { watchFiles } from '../../../src/server/life/watch.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

async function watched(test: TestContext) {
  const root = temporaryDirectory(test)
  const path = join(root, 'a.yaml')
  writeFileSync(path, 'a')
  const clock = fakeClock()
  const marks = await marksOf([path, join(root, 'missing')])
  const told = { count: 0 }
  const stop = watchFiles({ clock, marks: () => marks, changed: () => (told.count += 1) })
  /** A look, and the time until the next one is set. */
  const look = async (): Promise<void> => {
    clock.advance(1000)
    while (clock.pending() === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return { path, missing: join(root, 'missing'), clock, told, stop, look }
}

describe('a watch', () => {
  it('tells nothing while nothing changes', async (test) => {
    const { told, look } = await watched(test)
    for (let count = 0; count < 4; count += 1) await look()
    assert.equal(told.count, 0)
  })

  it('tells a change once, when it was the same for two looks', async (test) => {
    const { path, told, look } = await watched(test)
    await look()
    appendFileSync(path, 'b')
    await look()
    appendFileSync(path, 'c')
    await look()
    assert.equal(told.count, 0)
    for (let count = 0; count < 4; count += 1) await look()
    assert.equal(told.count, 1)
  })

  it('sees files that were missing', async (test) => {
    const { missing, told, look } = await watched(test)
    await look()
    writeFileSync(missing, '')
    for (let count = 0; count < 3; count += 1) await look()
    assert.equal(told.count, 1)
  })

  it('ends', async (test) => {
    const { clock, stop, look } = await watched(test)
    await look()
    stop()
    assert.equal(clock.pending(), 0)
  })
})
