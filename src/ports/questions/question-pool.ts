/**
 * The questions of a process: each is open once, asked in time, and asked once in a session.
 *
 * A session hears the same answer for a few minutes, other sessions for the `cache` of the question. What failed is asked anew.
 */
import type { Question, QuestionAnswer, Asked } from '../../core/question.ts'
import type { Clock, Questions } from '../../core/ports.ts'
import type { Connection } from '../../core/session.ts'
import { AnswerCache } from '../answer-cache.ts'
import { boundedAsking } from '../bounded-asking.ts'
import { OpenPool } from '../open-pool.ts'
import type { QuestionWorld } from './contract.ts'
import { openQuestion } from './open-question.ts'

export interface QuestionPool extends Questions {
  /** What the rules ask from now on. */
  use(questions: readonly Question[]): void
  close(): Promise<void>
}

/** Answers that a session hears again. */
export const SESSION_MEMORY = { milliseconds: 300_000, answers: 100, octets: 262_144 } as const
/** Answers to one question that all sessions hear. */
export const QUESTION_MEMORY = { answers: 10_000, octets: 8_388_608 } as const

export function questionPool(world: QuestionWorld, open = openQuestion): QuestionPool {
  const pool = new OpenPool<Question, Shared>(world.clock, (question) => shared(question, world, open))
  const sessions = new WeakMap<Connection, AnswerCache<QuestionAnswer>>()
  const memoryOf = (session: Connection): AnswerCache<QuestionAnswer> => {
    const known = sessions.get(session) ?? new AnswerCache<QuestionAnswer>(world.clock, SESSION_MEMORY)
    sessions.set(session, known)
    return known
  }
  return {
    async ask(question, asked, session) {
      const [memory, key] = [memoryOf(session), `${question.id} ${keyOf(asked)}`]
      const known = memory.recall(key)
      if (known) return known
      const answer = await pool.with(question, (one) => one.ask(asked)).catch(failed)
      if (answer.kind !== 'failed') memory.remember(key, answer, octetsIn(answer))
      return answer
    },
    use: (questions) => pool.use(questions),
    close: () => pool.close(),
  }
}

interface Shared {
  ask(asked: Asked): Promise<QuestionAnswer>
  close(): Promise<void>
}

function shared(question: Question, world: QuestionWorld, open: typeof openQuestion): Shared {
  const answering = open(question, world)
  const ask = boundedAsking({
    clock: world.clock,
    timeout: question.timeout,
    keyOf,
    ask: async (asked: Asked, signal): Promise<QuestionAnswer> => {
      const values = await answering.ask(asked, signal)
      return values ? { kind: 'found', values } : { kind: 'none' }
    },
  })
  return { ask: remembering(ask, question, world.clock), close: () => answering.close().catch(() => undefined) }
}

function remembering(ask: Shared['ask'], { cache }: Question, clock: Clock): Shared['ask'] {
  if (cache === 0) return ask
  const memory = new AnswerCache<QuestionAnswer>(clock, { ...QUESTION_MEMORY, milliseconds: cache })
  return async (asked) => {
    const key = keyOf(asked)
    const known = memory.recall(key)
    if (known) return known
    const answer = await ask(asked)
    if (answer.kind !== 'failed') memory.remember(key, answer, octetsIn(answer))
    return answer
  }
}

function keyOf({ values, body }: Asked): string {
  return JSON.stringify([values.map((value) => value ?? null), body])
}

function octetsIn(answer: QuestionAnswer): number {
  if (answer.kind !== 'found') return 0
  return [...answer.values].reduce((sum, [name, value]) => sum + name.length + value.length, 0)
}

function failed(fault: unknown): QuestionAnswer {
  return { kind: 'failed', because: fault instanceof Error ? fault.message : 'it cannot be opened' }
}
