/** What each kind of question has to bring: a reading that asks nobody, and a way to ask. */
import type { Asked, Question, QuestionKind } from '../../core/question.ts'
import type { SourceWorld } from '../sources/driver.ts'

export type QuestionWorld = Pick<SourceWorld, 'clock' | 'links' | 'env'>

/** By the name under which rules read it. */
export type Found = ReadonlyMap<string, string>

export interface Answering {
  /** Undefined for nothing. Rejects with a short sentence when nobody can say; ends soon when aborted. */
  ask(asked: Asked, signal: AbortSignal): Promise<Found | undefined>
  close(): Promise<void>
}

/** Throws an Error with a plain sentence that does not repeat a secret. */
export type ReadQuestion<K extends QuestionKind> = (
  question: Extract<Question, { readonly kind: K }>,
) => (world: QuestionWorld) => Answering

/** Longest value that is found, in characters. */
const LONGEST_FOUND = 1000

/** Whoever answers may say anything: it becomes one line. */
export function foundText(text: string): string {
  const line = text.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
  return line.slice(0, LONGEST_FOUND).toWellFormed()
}
