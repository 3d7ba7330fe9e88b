/** Opens what a word asks outside. The one table of kinds of questions. */
import type { Question } from '../../core/question.ts'
import { reasonOf } from '../../core/reason.ts'
import { type Environment, secretFault } from '../sources/secret.ts'
import type { Answering, QuestionWorld } from './contract.ts'
import { readHttp } from './http.ts'
import { readLdap } from './ldap.ts'
import { readSql } from './sql.ts'

/** Connects when it is first asked. Throws an Error with a plain sentence. */
export function openQuestion(question: Question, world: QuestionWorld): Answering {
  return readQuestion(question)(world)
}

/** What is wrong with it, as far as it can be said without asking anybody; with an environment, its password too. */
export function questionFault(question: Question, env?: Environment): string | undefined {
  try {
    readQuestion(question)
    return env && secretFault(question.password, env)
  } catch (fault) {
    return reasonOf(fault)
  }
}

function readQuestion(question: Question): (world: QuestionWorld) => Answering {
  if (question.kind === 'sql') return readSql(question)
  return question.kind === 'ldap' ? readLdap(question) : readHttp(question)
}
