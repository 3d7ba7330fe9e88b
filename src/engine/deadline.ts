/** A word or handler that throws, rejects or never settles has found out nothing. */
import { isPromise, type MaybePromise, Unknown, unknownFrom } from '../core/truth.ts'
import type { HookTime } from './hook-time.ts'

/**
 * Runs `ask` and answers with its value, or with Unknown when it throws, rejects, or is not done in time.
 * What it answers after that is ignored. Without a deadline it is waited for, however long it takes.
 */
export function within<T>(
  time: HookTime,
  milliseconds: number | undefined,
  ask: () => MaybePromise<T>,
  expire: () => void,
): MaybePromise<T | Unknown> {
  try {
    const value = ask()
    if (!isPromise(value)) return value
    return milliseconds === undefined ? value.catch(unknownFrom) : race(time, milliseconds, value, expire)
  } catch (fault) {
    return unknownFrom(fault)
  }
}

function race<T>(time: HookTime, milliseconds: number, value: Promise<T>, expire: () => void): Promise<T | Unknown> {
  return new Promise((resolve) => {
    const cancel = time.after(milliseconds, (because) => {
      expire()
      resolve(new Unknown(because))
    })
    const settle = (answer: T | Unknown): void => {
      cancel()
      resolve(answer)
    }
    value.then(settle, (fault: unknown) => settle(unknownFrom(fault)))
  })
}
