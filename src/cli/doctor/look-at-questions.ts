/** What words ask outside: does each answer? Asks about somebody whom nobody has. */
import { type Asked, askedOf, type Question, type QuestionPlace } from '../../core/question.ts'
import type { FactType } from '../../core/fact.ts'
import { newConnection } from '../../core/session.ts'
import type { QuestionWorld } from '../../ports/questions/contract.ts'
import { questionPool } from '../../ports/questions/question-pool.ts'
import { error, type Finding, ok } from './finding.ts'

/** Of the documentation (RFC 2606, RFC 5737). */
const SAMPLES: Readonly<Record<FactType, string>> = {
  text: 'nobody',
  texts: 'nobody',
  name: 'nobody.invalid',
  number: '0',
  boolean: 'false',
  ip: '192.0.2.1',
  domain: 'nobody.invalid',
  address: 'nobody@nobody.invalid',
  addresses: 'nobody@nobody.invalid',
  time: '2026-01-01T12:00:00.000Z',
}

export async function lookAtQuestion(question: Question, world: QuestionWorld): Promise<Finding> {
  const about = `${question.kind} ${askedOf(question)}`
  const pool = questionPool(world)
  const answer = await pool.ask(question, sampleFor(question), nobody())
  await pool.close()
  return answer.kind === 'failed' ? error(about, `does not answer: ${answer.because}`) : ok(about, 'answers')
}

/** A database is asked about NULL, which fits every column. */
function sampleFor(question: Question): Asked {
  const places = question.text.filter((part) => typeof part !== 'string')
  const values = places.map(({ type }) => (question.kind === 'sql' ? undefined : SAMPLES[type]))
  return question.kind === 'http' && question.send.length > 0 ? { values, body: bodyOf(question.send) } : { values }
}

function bodyOf(send: readonly QuestionPlace[]): string {
  return JSON.stringify(Object.fromEntries(send.map(({ name, type }) => [name, SAMPLES[type]])))
}

function nobody(): ReturnType<typeof newConnection> {
  const nowhere = { ip: '192.0.2.1', port: 0 }
  return newConnection({ id: 'doctor', remote: nowhere, local: nowhere, listener: '', startedAt: 0, env: new Map() })
}
