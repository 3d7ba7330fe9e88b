/**
 * A dispatcher whose decisions are recorded.
 *
 * It stands around the real one and sees what goes in and what comes out; sessions know nothing of it. Answers of DNS, and
 * of what words ask outside, are caught on their way, since a decision cannot be repeated without them.
 */
import { type DnsWords, inDnsWords } from '../../core/net/dns-words.ts'
import type { HookContext } from '../../core/context.ts'
import type { Outcome } from '../../core/outcome.ts'
import type { DnsAnswer, Resolver } from '../../core/ports.ts'
import type { Connection } from '../../core/session.ts'
import { andThen } from '../../core/truth.ts'
import type { DecisionSettings } from '../../compiler/settings/life-settings.ts'
import type { Dispatch } from '../../engine/dispatch.ts'
import { AskedBook } from './recorded-questions.ts'
import { type DecisionRecord, isNotable, masked, recordOf, stateBefore } from './decision-record.ts'

export interface RecorderOptions {
  readonly settings: Pick<DecisionSettings, 'all' | 'headers' | 'mask'>
  readonly write: (record: DecisionRecord) => void
  /** Keyed: equal texts have equal hashes, and nobody finds the text. */
  readonly hash: (text: string) => string
}

/** One for all dispatchers of a process: a session goes on through a reload. */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #sessions = new WeakMap<Connection, SessionBook>()

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /** `dispatch` must trace. */
  recorded(dispatch: Dispatch, revision: string): Dispatch {
    return (context) => {
      const began = performance.now()
      const book = this.#bookOf(context.connection)
      const before = stateBefore(context)
      const { resolver, questions } = context.ports
      const ports = {
        ...context.ports,
        resolver: book.listening(resolver),
        ...(questions && { questions: book.questions.listening(questions) }),
      }
      return andThen(dispatch({ ...context, ports }), (outcome) => {
        const tookMicroseconds = Math.round((performance.now() - began) * 1000)
        if (this.#options.settings.all || isNotable(context, outcome))
          this.#record(context, outcome, { tookMicroseconds, revision, before, book })
        return outcome
      })
    }
  }

  #bookOf(connection: Connection): SessionBook {
    const known = this.#sessions.get(connection) ?? new SessionBook()
    this.#sessions.set(connection, known)
    return known
  }

  #record(context: HookContext, outcome: Outcome, around: Around): void {
    const { settings, write, hash } = this.#options
    const { book, ...rest } = around
    const number = (book.count += 1)
    const circumstances = {
      ...rest,
      number,
      now: context.ports.clock.now(),
      dns: book.answers,
      questions: book.questions.recorded(),
      headers: settings.headers,
    }
    write(masked(recordOf(context, outcome, circumstances), settings.mask, hash))
  }
}

interface Around {
  readonly tookMicroseconds: number
  readonly revision: string
  readonly before: ReturnType<typeof stateBefore>
  readonly book: SessionBook
}

/** Questions of a session that are remembered, and records of an answer. A client can make rules ask for more. */
const MOST_QUESTIONS = 50
const MOST_RECORDS = 10

class SessionBook {
  count = 0
  readonly answers = new Map<string, DnsWords>()
  readonly questions = new AskedBook()

  #resolver: Resolver | undefined

  listening(resolver: Resolver): Resolver {
    return (this.#resolver ??= {
      resolve: async (name, type) => {
        const answer = await resolver.resolve(name, type)
        this.#remember(`${name.toLowerCase()} ${type}`, answer)
        return answer
      },
    })
  }

  #remember(question: string, answer: DnsAnswer): void {
    const written = inDnsWords(answer)
    if (typeof written !== 'string' && written.length > MOST_RECORDS) return
    this.answers.delete(question)
    this.answers.set(question, written)
    const [oldest] = this.answers.keys()
    if (this.answers.size > MOST_QUESTIONS && oldest !== undefined) this.answers.delete(oldest)
  }
}
