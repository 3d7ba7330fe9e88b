/** What the words of a site ask outside: one entry for each question, however many rules ask it. */
import { placed, type Question, type QuestionDraft } from '../core/question.ts'

export interface QuestionBookOptions {
  /** What names of files are relative to. */
  readonly directory: string
  /** What is wrong with a question, as far as it can be said without asking it. */
  readonly faultOf: ((question: Question) => string | undefined) | undefined
}

export class QuestionBook {
  readonly #options: QuestionBookOptions
  readonly #all = new Map<string, Question>()

  constructor(options: QuestionBookOptions) {
    this.#options = options
  }

  get all(): readonly Question[] {
    return [...this.#all.values()]
  }

  /** Throws an Error with a plain sentence when nobody can be asked so. */
  enter(draft: QuestionDraft): Question {
    const question = placed(draft, this.#options.directory)
    const fault = this.#options.faultOf?.(question)
    if (fault !== undefined) throw new Error(fault)
    this.#all.set(question.id, question)
    return question
  }
}
