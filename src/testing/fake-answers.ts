/**
 * Words that answer from the record in place of asking: `answers: { clamd: hit }`. For words that ask programs, servers
 * and databases by themselves there is no other way offline; any other word may be answered for too.
 */
import type { Ports } from '../core/ports.ts'
import type { Truth } from '../core/truth.ts'
import type { Match } from '../core/word.ts'

export type FakeAnswer = Truth | { readonly truth: Truth; readonly found?: Readonly<Record<string, string>> }

export type FakeAnswers = Readonly<Record<string, FakeAnswer | readonly FakeAnswer[]>>

/** Several answers are given one after the other, and the last from then on. `onMissing` hears of a word without one. */
export function fakeAnswers(answers: FakeAnswers, onMissing: (word: string) => void): NonNullable<Ports['answerFor']> {
  const given = new Map(Object.entries(answers).map(([word, answer]) => [word, [answer].flat()]))
  return ({ name, outside }) => {
    const queue = given.get(name)
    if (queue) return matchOf((queue.length > 1 ? queue.shift() : queue[0]) ?? 'unknown')
    if (!outside) return undefined
    onMissing(name)
    return { truth: 'unknown', because: 'nobody is asked here, and the session does not answer' }
  }
}

function matchOf(answer: FakeAnswer): Match {
  return { ...(typeof answer === 'string' ? { truth: answer } : answer), because: 'the session says so' }
}
