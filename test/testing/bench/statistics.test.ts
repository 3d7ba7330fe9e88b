/** The arithmetic below a bench: middle values, and the yardstick. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { median, spread, typicalMean } from '../../../src/testing/bench/statistics.ts'
import { lookTime } from '../../../src/testing/bench/stopwatch.ts'
import { makeYardstick } from '../../../src/testing/bench/yardstick.ts'
import { Watch } from './watched.ts'

describe('middle values', () => {
  const NUMBERS = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 30 })

  it('of an odd number are the one in the middle, of an even number between two', () => {
    fc.assert(
      fc.property(NUMBERS, (numbers) => {
        const sorted = numbers.toSorted((one, other) => one - other)
        const half = Math.floor((sorted.length - 1) / 2)
        const [low = 0, high = 0] = [sorted[half], sorted[sorted.length - 1 - half]]
        const middle = median(numbers)
        assert.ok(Math.abs(middle - (low + high) / 2) <= 1e-6 * Math.max(1, high))
        assert.ok(spread(numbers) >= 0)
      }),
    )
    assert.deepEqual([median([]), spread([]), spread([5, 5, 5]), spread([1, 2, 3])], [0, 0, 0, 0.5])
  })

  it('of works done several times do not know of a disturbance in one of them', () => {
    assert.equal(typicalMean([10, 20, 10, 20, 9999, 20], 3), 15)
    assert.equal(typicalMean([10, 20, 30], 2), 20)
    assert.equal(typicalMean([], 3), 0)
  })

  it('are what a look at the clock takes', () => {
    assert.deepEqual([lookTime(new Watch(7).look), lookTime(new Watch(0).look)], [7, 0])
  })
})

describe('the yardstick', () => {
  it('finds what it should, and tells the time of one of its runs', () => {
    const watch = new Watch(200)
    assert.equal(makeYardstick()(watch.look), 1)
  })
})
