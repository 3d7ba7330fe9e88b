/**
 * A source that always answers in time: what fails, takes too long, or comes when too many wait is `failed`.
 *
 * Equal questions that are under way are asked once: rules of one session, and sessions of one client, ask alike.
 */
import type { Clock, KeyedSource, SourceAnswer } from '../../core/ports.ts'
import { beforeAbort, withTimeLimit } from '../../delivery/time-limit.ts'
import { gate } from '../gate.ts'
import type { Asking } from './driver.ts'

/** Questions that one source has under way, and those that wait for their turn on their own time. */
export const SOURCE_BOUNDS = { most: 50, waiting: 1000 } as const

export interface BoundedOptions {
  /** Milliseconds for one key, the wait included. */
  readonly timeout: number
  readonly clock: Pick<Clock, 'after'>
}

export function boundedSource(asking: Asking, { timeout, clock }: BoundedOptions): KeyedSource {
  const enter = gate(SOURCE_BOUNDS.most)
  const underway = new Map<string, Promise<SourceAnswer>>()

  const inTime = (key: string): Promise<SourceAnswer> =>
    withTimeLimit(clock, timeout, async (signal) => {
      const inside = async (): Promise<SourceAnswer | undefined> =>
        signal.aborted ? undefined : beforeAbort(signal, answer(asking, key, signal))
      const late = failed(`no answer within ${timeout} ms`)
      return (await beforeAbort(signal, enter(inside))) ?? late
    })

  return {
    lookup(key) {
      const known = underway.get(key)
      if (known) return known
      if (underway.size >= SOURCE_BOUNDS.most + SOURCE_BOUNDS.waiting)
        return Promise.resolve(failed('too many questions wait for it'))
      const asked = inTime(key).finally(() => underway.delete(key))
      underway.set(key, asked)
      return asked
    },
    close: () => asking.close().catch(() => undefined),
  }
}

async function answer(asking: Asking, key: string, signal: AbortSignal): Promise<SourceAnswer> {
  try {
    const values = await asking.ask(key, signal)
    return values ? { kind: 'found', values: values.length === 0 ? [''] : values } : { kind: 'none' }
  } catch (fault) {
    return failed(reasonOf(fault))
  }
}

function failed(because: string): SourceAnswer {
  return { kind: 'failed', because }
}

const REASON_LENGTH = 200

/** Servers may say anything. */
function reasonOf(fault: unknown): string {
  const text = fault instanceof Error && fault.message !== '' ? fault.message : 'it failed without saying why'
  return text.replace(/[^ -~\u00a0-\uffff]+/g, ' ').slice(0, REASON_LENGTH)
}
