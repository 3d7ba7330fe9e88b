/** A clock that stands until a test moves it. Timers fire in the order they are due, and see the time they are due at. */
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/core/ports.ts'

export interface FakeClock extends Clock {
  /** Moves both the wall clock and monotonic time. */
  advance(milliseconds: number): void
  /** Moves the wall clock alone, as an administrator or NTP does. */
  setWall(now: number): void
  /** Timers that wait. */
  pending(): number
}

interface Timer {
  readonly due: number
  readonly callback: () => void
}

export function fakeClock(start = Date.UTC(2026, 10, 20, 12)): FakeClock {
  let wall = start
  let elapsed = 0
  const timers = new Set<Timer>()

  const next = (until: number): Timer | undefined =>
    [...timers].filter(({ due }) => due <= until).toSorted((left, right) => left.due - right.due)[0]

  const moveTo = (time: number): void => {
    wall += time - elapsed
    elapsed = time
  }

  return {
    now: () => wall,
    after(milliseconds, callback) {
      const timer = { due: elapsed + Math.max(0, milliseconds), callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(milliseconds) {
      const until = elapsed + milliseconds
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer)
        moveTo(timer.due)
        timer.callback()
      }
      moveTo(until)
    },
    setWall(now) {
      wall = now
    },
    pending: () => timers.size,
  }
}

/** Lets the clock run, a second at a turn of the event loop, until the work is done. */
export async function runUntil<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let done = false
  const finish = (): void => {
    done = true
  }
  work.then(finish, finish)
  while (!done) {
    await setImmediate()
    clock.advance(1000)
  }
  return work
}
