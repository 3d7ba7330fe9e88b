/**
 * A resolver for tests: `{ "7.2.0.192.bl.example A": ["127.0.0.2"], "slow.example A": "TIMEOUT", "broken.example A":
 * "SERVFAIL" }`.
 *
 * What is not in the table does not exist; in strict mode it is a failure that names the question. `SILENCE` is an answer
 * that never comes: it takes a deadline to get past it.
 */
import type { DnsAnswer, Resolver } from '../../src/core/ports.ts'
import { type DnsFixtures, fixtureResolver } from '../../src/testing/fixture-resolver.ts'

export interface ZoneResolver extends Resolver {
  /** Questions in the order asked: `7.2.0.192.bl.example A`. */
  readonly asked: readonly string[]
}

export function zoneResolver(fixtures: DnsFixtures = {}, { strict = false } = {}): ZoneResolver {
  const asked: string[] = []
  const table = fixtureResolver(
    fixtures,
    (question): DnsAnswer =>
      strict ? { kind: 'failed', because: `the test has no answer to ${question}` } : { kind: 'none' },
  )
  return {
    asked,
    async resolve(name, type) {
      const question = `${name} ${type}`
      asked.push(question)
      return fixtures[question] === 'SILENCE' ? new Promise(() => undefined) : table.resolve(name, type)
    },
  }
}
