/** Work behind changes: once it is quiet, one run at a time, and the last change is always seen. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { QuietRun } from '../../../src/cli/lsp/quiet-run.ts'
import { fakeClock } from '../../support/fake-clock.ts'

describe('a run behind changes', () => {
  it('waits until it is quiet', async () => {
    const clock = fakeClock()
    let runs = 0
    const quiet = new QuietRun(clock, 10, async () => void (runs += 1))
    quiet.change()
    clock.advance(9)
    quiet.change()
    clock.advance(9)
    await setImmediate()
    assert.equal(runs, 0)
    clock.advance(1)
    await quiet.settled()
    assert.deepEqual([runs, clock.pending()], [1, 0])
  })

  it('is never beside another, and sees a change that came meanwhile', async () => {
    const clock = fakeClock()
    const said: string[] = []
    let go = (): void => undefined
    const quiet = new QuietRun(clock, 10, async () => {
      said.push('begins')
      await new Promise<void>((resolve) => (go = resolve))
      said.push('ends')
    })
    for (let change = 0; change < 2; change += 1) {
      quiet.change()
      clock.advance(10)
      await setImmediate()
    }
    assert.deepEqual(said, ['begins'])
    go()
    await setImmediate()
    assert.deepEqual(said, ['begins', 'ends', 'begins'])
    go()
    await quiet.settled()
    assert.equal(said.length, 4)
  })

  it('does not wait for quiet when somebody asks', async () => {
    const clock = fakeClock()
    let runs = 0
    const quiet = new QuietRun(clock, 10, async () => void (runs += 1))
    quiet.change()
    await quiet.settled()
    await quiet.settled()
    assert.equal(runs, 1)
  })
})
