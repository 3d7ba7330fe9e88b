/** The time for a whole delivery: every look-up, host and step of it together. */
import type { Clock } from '../core/ports.ts'

/** Runs `work` with a signal that aborts when the time is over; `work` is then to end by itself, and soon. */
export async function withTimeLimit<T>(
  clock: Pick<Clock, 'after'>,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const cancel = clock.after(milliseconds, () => controller.abort())
  try {
    return await work(controller.signal)
  } finally {
    cancel()
  }
}

/** The value, or undefined when the signal aborts before it is there. */
export function beforeAbort<T>(signal: AbortSignal, value: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const expire = (): void => resolve(undefined)
    signal.addEventListener('abort', expire, { once: true })
    if (signal.aborted) expire()
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', expire))
  })
}
