/**
 * What words answer about ordinary mail: for `dnsbl` that is a miss, for `resolvable` a hit. Nobody says which, so it is tried:
 * the answers with which plain sessions get farthest.
 */
import { HOOKS } from '../../core/hook.ts'
import type { SessionRecord } from '../session-record.ts'
import { completed, decided, type Judge } from './compare.ts'
import { fateOf } from './fate.ts'
import { atMost } from './search.ts'

export type Answers = Readonly<Record<string, 'hit' | 'miss'>>

/** Sessions that are looked at. */
const MOST_SESSIONS = 4
/** Words that are tried one by one. */
const MOST_WORDS = 40

export async function usualAnswers(sides: readonly [Judge, Judge], plain: Iterable<SessionRecord>): Promise<Answers> {
  const words = [...new Set(sides.flatMap(({ program }) => [...(program.words ?? [])]))]
  const sessions = [...atMost(MOST_SESSIONS, plain)]
  let answers: Answers = Object.fromEntries(words.map((word) => [word, 'miss' as const]))
  let best = await progress(sessions, sides, answers)
  for (const word of words.slice(0, MOST_WORDS)) {
    const others: Answers = { ...answers, [word]: 'hit' }
    const reached = await progress(sessions, sides, others)
    if (reached > best) [answers, best] = [others, reached]
  }
  return answers
}

/** How far they get, all together. */
async function progress(sessions: readonly SessionRecord[], sides: readonly [Judge, Judge], answers: Answers) {
  let sum = 0
  for (const said of sessions)
    for (const session of completed(said, sides, answers).slice(0, 1))
      for (const side of sides) sum += await reached(session, side)
  return sum
}

async function reached(session: SessionRecord, side: Judge): Promise<number> {
  const decisions = await decided(session, side)
  const fate = decisions && fateOf(decisions, 'queue', session)
  if (!fate) return 0
  return HOOKS.indexOf(fate.hook) + (fate.ending === 'accept' ? 1 : 0)
}
