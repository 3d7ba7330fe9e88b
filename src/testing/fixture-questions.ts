/**
 * What databases, directories and web services answer, from a table: by who is asked, and by what is asked as explanations
 * show it.
 */
import { askedOf, type Question, type QuestionAnswer, type QuestionKind, questionShown } from '../core/question.ts'
import type { Questions } from '../core/ports.ts'

export type AnswerFixture = 'NONE' | 'FAILED' | Readonly<Record<string, string | number | boolean>>

/** By question; or that nobody answers. */
export type PlaceFixture = 'FAILED' | Readonly<Record<string, AnswerFixture>>

/** By who is asked: `"postgres://db.example/mail": { "SELECT …": { action: reject } }`. */
export type QuestionTable = Readonly<Record<string, PlaceFixture>>

export type QuestionFixtures = Readonly<Partial<Record<QuestionKind, QuestionTable>>>

/** `onMissing` hears of a question that is not in the table, as what to write there; it is not answered then. */
export function fixtureQuestions(fixtures: QuestionFixtures, onMissing: (entry: string) => void): Questions {
  return {
    ask: async (question, asked) => {
      const [place, shown] = [askedOf(question), questionShown(question, asked)]
      const table = valueAt(fixtures[question.kind] ?? {}, place)
      const fixture = table === 'FAILED' ? table : valueAt(table ?? {}, shown)
      if (fixture !== undefined) return answerOf(fixture)
      onMissing(entryFor(question, place, shown))
      return { kind: 'failed', because: 'nobody is asked here, and the session does not answer' }
    },
  }
}

/** As YAML and as JSON. */
function entryFor({ kind }: Pick<Question, 'kind'>, place: string, shown: string): string {
  const [where, what] = [place, shown].map((text) => JSON.stringify(text))
  return `"${kind}": { ${where}: { ${what}: "NONE" } }`
}

/** Spaces do not count: texts are folded in files. */
function valueAt<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.entries(table).find(([one]) => normal(one) === normal(name))?.[1]
}

function normal(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function answerOf(fixture: AnswerFixture): QuestionAnswer {
  if (fixture === 'NONE') return { kind: 'none' }
  if (fixture === 'FAILED') return { kind: 'failed', because: 'no answer' }
  return { kind: 'found', values: new Map(Object.entries(fixture).map(([name, value]) => [name, String(value)])) }
}

/** What `over` says of a question counts. */
export function mergeTables(base: QuestionTable = {}, over: QuestionTable = {}): QuestionTable {
  const merged = Object.entries(over).map(([place, table]) => {
    const before = valueAt(base, place)
    const both = typeof before === 'object' && typeof table === 'object'
    return [place, both ? { ...before, ...table } : table] as const
  })
  return { ...base, ...Object.fromEntries(merged) }
}
