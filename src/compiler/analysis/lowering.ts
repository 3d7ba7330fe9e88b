/** What conditions are lowered with: the rule around them, the moment at which they are asked, and what facts can be. */
import type { FactType } from '../../core/fact.ts'
import type { MapEntry } from '../../language/node.ts'
import { summarize } from '../rules/atom.ts'
import type { Scope } from '../rules/scope.ts'
import type { Formula, Question } from './formula.ts'
import { TextSet } from './text-set.ts'
import { universeOf } from './universe.ts'
import { valuesIn, type ValueSet } from './value-set.ts'

export interface Lowering {
  readonly scope: Scope
  /** Tells apart when a fact is asked: facts that may change in between are two. */
  readonly moment: (fact: string) => string
  /** What each fact asked so far can be; grows. */
  readonly universe: Map<string, ValueSet>
  /** TypeScript plugins may write anything to any note. */
  readonly hasCode: boolean
}

export const ANSWERS = TextSet.of(['hit', 'miss'])
export const HIT_OR_MISS: Pick<Question, 'hit' | 'miss'> = {
  hit: valuesIn(TextSet.of(['hit'])),
  miss: valuesIn(TextSet.of(['miss'])),
}

/** A question about which nothing is known. */
export function free({ key, value }: MapEntry, { universe }: Pick<Lowering, 'universe'>): Formula {
  const fact = `free ${universe.size}`
  universe.set(fact, { ...valuesIn(ANSWERS), unknown: true })
  const question = { fact, ...HIT_OR_MISS }
  return { kind: 'ask', at: key.at, text: `${key.source}: ${summarize(value)}`, certain: question, likely: question }
}

const ADDRESS_PARTS = ['', '.user', '.domain']

/** Remembers what it can be, and what the facts can be that hang together with it. */
export function enter(name: string, type: FactType | undefined, { scope, moment, universe }: Lowering): string {
  const fact = `${name}${moment(name)}`
  if (universe.has(fact)) return fact
  universe.set(fact, universeOf(name, scope.hook, type))
  const whole = /^(sender|rcpt)(?:\.(?:user|domain|null))?$/.exec(name)?.[1]
  if (whole === undefined) return fact
  for (const part of [...ADDRESS_PARTS, ...(whole === 'sender' ? ['.null'] : [])]) {
    const sibling = `${whole}${part}`
    const key = `${sibling}${moment(sibling)}`
    if (!universe.has(key)) universe.set(key, universeOf(sibling, scope.hook))
  }
  return fact
}
