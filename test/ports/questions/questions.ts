/** Questions under test, and a pool that asks them. */
import type { FactType } from '../../../src/core/fact.ts'
import {
  type HttpQuestion,
  type LdapQuestion,
  placed,
  type Question,
  type QuestionAnswer,
  type QuestionDraft,
  type QuestionText,
  type SqlQuestion,
} from '../../../src/core/question.ts'
import { type QuestionPool, questionPool } from '../../../src/ports/questions/question-pool.ts'
import { smtpConnection } from '../../support/smtp-rig.ts'
import { testWorld } from '../sources/world.ts'

const COMMON = { timeout: 2000, cache: 0, password: undefined } as const

/** `${name}` is a place. */
export function textOf(text: string, type: FactType = 'text'): QuestionText {
  const parts = text.split(/(\$\{[\w.]+\})/).filter((part) => part !== '')
  return parts.map((part) => (part.startsWith('${') ? { name: part.slice(2, -1), type } : part))
}

export function sqlQuestion(text: string, over: Partial<SqlQuestion> & Pick<SqlQuestion, 'database'>): SqlQuestion {
  return { kind: 'sql', ...COMMON, columns: [], text: textOf(text), ...over }
}

export function ldapQuestion(text: string, over: Partial<LdapQuestion> & Pick<LdapQuestion, 'url'>): LdapQuestion {
  const rest = { scope: 'sub', attributes: [], bindDn: undefined, tls: 'none', caFile: undefined } as const
  return { kind: 'ldap', ...COMMON, base: 'dc=example,dc=org', ...rest, text: textOf(text), ...over }
}

export function httpQuestion(text: string, over: Partial<HttpQuestion> = {}): HttpQuestion {
  const rest = { method: 'GET', paths: [], most: 65_536, caFile: undefined, publicKey: undefined, send: [] } as const
  return { kind: 'http', ...COMMON, ...rest, text: textOf(text), ...over }
}

export interface Asking {
  readonly question: Question
  readonly pool: QuestionPool
  /** In a session of its own. */
  readonly ask: (...values: readonly (string | undefined)[]) => Promise<QuestionAnswer>
  readonly close: () => Promise<void>
}

export function asking(draft: QuestionDraft, over: Parameters<typeof testWorld>[0] = {}): Asking {
  const [question, pool] = [placed(draft, '/'), questionPool(testWorld(over))]
  return {
    question,
    pool,
    ask: (...values) => pool.ask(question, { values }, smtpConnection()),
    close: () => pool.close(),
  }
}

/** What was found, or which kind of answer it is otherwise. */
export function said(answer: QuestionAnswer): unknown {
  return answer.kind === 'found' ? Object.fromEntries(answer.values) : answer.kind
}
