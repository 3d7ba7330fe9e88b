/**
 * The clock of the machine.
 *
 * `after` counts monotonic time: setting the wall clock moves no timer. A timer alone does not keep the process alive;
 * what it guards (a socket, a look-up) does.
 */
import { performance } from 'node:perf_hooks'
import type { Clock } from '../core/ports.ts'

/** `setTimeout` fires at once for more than 31 bits of milliseconds, which is 24.8 days. */
const LONGEST_TIMER = 2 ** 31 - 1

export function systemClock(): Clock {
  return { now: () => Date.now(), after }
}

function after(milliseconds: number, callback: () => void): () => void {
  const due = performance.now() + milliseconds
  let timer: NodeJS.Timeout
  const wait = (): void => {
    const left = Math.ceil(due - performance.now())
    timer = setTimeout(left > LONGEST_TIMER ? wait : callback, Math.min(left, LONGEST_TIMER)).unref()
  }
  wait()
  return () => clearTimeout(timer)
}
