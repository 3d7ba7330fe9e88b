/** What words asked outside in a session, and what they heard, as a session record has it (docs/session.md). */
import { askedOf, type Question, type QuestionAnswer, questionShown } from '../../core/question.ts'
import type { Questions } from '../../core/ports.ts'

/** Of a session: a client can make rules ask for more. */
const MOST_QUESTIONS = 50
/** Of one question with its answer, in characters; a longer one is not recorded. */
const LONGEST = 8192

interface Entry {
  readonly kind: Question['kind']
  readonly place: string
  readonly shown: string
  readonly answer: QuestionAnswer
}

export class AskedBook {
  readonly #entries = new Map<string, Entry>()
  #questions: Questions | undefined

  listening(questions: Questions): Questions {
    return (this.#questions ??= {
      ask: async (question, asked, session) => {
        const answer = await questions.ask(question, asked, session)
        const [place, shown] = [askedOf(question), questionShown(question, asked)]
        this.#remember({ kind: question.kind, place, shown, answer })
        return answer
      },
    })
  }

  /** By kind, by who was asked, by what was asked. */
  recorded(): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    const byKind = Map.groupBy(this.#entries.values(), ({ kind }) => kind)
    return Object.fromEntries(
      Array.from(byKind, ([kind, entries]) => {
        const byPlace = Map.groupBy(entries, ({ place }) => place)
        return [kind, Object.fromEntries(Array.from(byPlace, ([place, some]) => [place, tableOf(some)]))]
      }),
    )
  }

  #remember(entry: Entry): void {
    const key = JSON.stringify([entry.kind, entry.place, entry.shown])
    this.#entries.delete(key)
    if (key.length + JSON.stringify(written(entry)).length > LONGEST) return
    this.#entries.set(key, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > MOST_QUESTIONS && oldest !== undefined) this.#entries.delete(oldest)
  }
}

function tableOf(entries: readonly Entry[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(entries.map((entry) => [entry.shown, written(entry)]))
}

function written({ answer }: Entry): unknown {
  if (answer.kind === 'none') return 'NONE'
  return answer.kind === 'failed' ? 'FAILED' : Object.fromEntries(answer.values)
}
