/**
 * Asking that always settles in time: what fails, takes too long, or comes when too many wait has failed.
 *
 * Equal questions that are under way are asked once: rules of one session, and sessions of one client, ask alike.
 */
import type { Clock } from '../core/ports.ts'
import { beforeAbort, withTimeLimit } from '../delivery/time-limit.ts'
import { gate } from './gate.ts'
import { shortReason } from './short-reason.ts'

/** Questions that one source has under way, and those that wait for their turn on their own time. */
export const ASKING_BOUNDS = { most: 50, waiting: 1000 } as const

export interface Failed {
  readonly kind: 'failed'
  readonly because: string
}

export interface BoundedAsking<Question, Answer> {
  /** Rejects with a short sentence when nobody can say; ends soon when aborted. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<Answer>
  /** Equal for equal questions. */
  readonly keyOf: (question: Question) => string
  /** Milliseconds for one question, the wait included. */
  readonly timeout: number
  readonly clock: Pick<Clock, 'after'>
}

/** Never rejects. */
export function boundedAsking<Question, Answer>(
  options: BoundedAsking<Question, Answer>,
): (question: Question) => Promise<Answer | Failed> {
  const { keyOf, timeout, clock } = options
  const enter = gate(ASKING_BOUNDS.most)
  const underway = new Map<string, Promise<Answer | Failed>>()

  const inTime = (question: Question): Promise<Answer | Failed> =>
    withTimeLimit(clock, timeout, async (signal) => {
      const inside = async (): Promise<Answer | Failed | undefined> =>
        signal.aborted ? undefined : beforeAbort(signal, answer(options, question, signal))
      const late = failed(`no answer within ${timeout} ms`)
      return (await beforeAbort(signal, enter(inside))) ?? late
    })

  return (question) => {
    const key = keyOf(question)
    const known = underway.get(key)
    if (known) return known
    if (underway.size >= ASKING_BOUNDS.most + ASKING_BOUNDS.waiting)
      return Promise.resolve(failed('too many questions wait for it'))
    const asked = inTime(question).finally(() => underway.delete(key))
    underway.set(key, asked)
    return asked
  }
}

async function answer<Question, Answer>(
  { ask }: Pick<BoundedAsking<Question, Answer>, 'ask'>,
  question: Question,
  signal: AbortSignal,
): Promise<Answer | Failed> {
  try {
    return await ask(question, signal)
  } catch (fault) {
    return failed(shortReason(fault))
  }
}

function failed(because: string): Failed {
  return { kind: 'failed', because }
}
