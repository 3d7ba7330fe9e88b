import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { systemClock } from '../../src/ports/system-clock.ts'

const DAY = 86_400_000

describe('systemClock', () => {
  // The real timers are replaced; monotonic time is what performance.now() says.
  let elapsed = 0
  let timers: { due: number; callback: () => void }[] = []

  beforeEach(() => {
    elapsed = 0
    timers = []
    mock.method(performance, 'now', () => elapsed)
    mock.method(globalThis, 'setTimeout', (callback: () => void, delay: number) => {
      const timer = { due: elapsed + delay, callback, unref: () => timer }
      timers.push(timer)
      return timer
    })
    mock.method(globalThis, 'clearTimeout', (timer: (typeof timers)[number]) => {
      timers = timers.filter((other) => other !== timer)
    })
  })
  afterEach(() => mock.restoreAll())

  function advance(to: number): void {
    for (;;) {
      const timer = timers.find(({ due }) => due <= to)
      if (timer === undefined) break
      timers = timers.filter((other) => other !== timer)
      elapsed = timer.due
      timer.callback()
    }
    elapsed = to
  }

  it('calls back once, when the time has come', () => {
    let calls = 0
    systemClock().after(1000, () => (calls += 1))
    advance(999)
    assert.equal(calls, 0)
    advance(5000)
    assert.equal(calls, 1)
  })

  it('waits longer than a timer of 31 bits can', () => {
    let calls = 0
    systemClock().after(60 * DAY, () => (calls += 1))
    for (const { due } of timers) assert.ok(due < 2 ** 31)
    advance(60 * DAY - 1)
    assert.equal(calls, 0)
    advance(60 * DAY)
    assert.equal(calls, 1)
    assert.equal(timers.length, 0)
  })

  it('is cancelled, also while it waits for the second part', () => {
    const cancel = systemClock().after(60 * DAY, () => assert.fail('was cancelled'))
    advance(30 * DAY)
    cancel()
    advance(90 * DAY)
    assert.equal(timers.length, 0)
  })
})

it('does not keep the process alive', () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const cancel = systemClock().after(DAY, () => undefined)
  assert.equal(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, before)
  cancel()
})
