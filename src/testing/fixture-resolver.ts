/** A resolver that answers from a table: `"7.2.0.192.bl.example A": ["127.0.0.2"]`. */
import { type DnsWords, fromDnsWords } from '../core/net/dns-words.ts'
import type { DnsAnswer, RecordType, Resolver } from '../core/ports.ts'
import type { MaybePromise } from '../core/truth.ts'

export type DnsFixtures = Readonly<Record<string, DnsWords>>

/** `onMissing` says what a question means that is not in the table. */
export function fixtureResolver(
  fixtures: DnsFixtures,
  onMissing: (question: string) => MaybePromise<DnsAnswer>,
): Resolver {
  const answers = new Map(
    Object.entries(fixtures).map(([question, answer]) => [normal(question), fromDnsWords(answer)]),
  )
  return {
    resolve: async (name: string, type: RecordType) =>
      answers.get(normal(`${name} ${type}`)) ?? onMissing(`${name} ${type}`),
  }
}

export function hasAnswer(fixtures: DnsFixtures, question: string): boolean {
  return Object.keys(fixtures).some((key) => normal(key) === normal(question))
}

function normal(question: string): string {
  const [name = '', type = 'A'] = question.trim().split(/\s+/)
  return `${name.toLowerCase().replace(/\.$/, '')} ${type.toUpperCase()}`
}
