/** Policies of recipients that are texts: by address, domain or name. */
import type { Policies, PolicyPlan } from '../../src/core/policy.ts'
import { PolicyShelf } from '../../src/engine/policies.ts'
import { fakeClock } from './fake-clock.ts'

/** What does not load is an error of the test. */
export function policyShelf(plan: PolicyPlan | undefined, texts: Readonly<Record<string, string>>): Policies {
  if (!plan) throw new Error('the site has no place for policies')
  const held = new Map(Object.entries(texts))
  return new PolicyShelf({
    plan,
    clock: fakeClock(),
    memory: 1024 * 1024,
    log: {
      write(_, { because }, text) {
        throw new Error(`${text}: ${because}`)
      },
    },
    source: {
      placeOf: (key) => key,
      async lookup(key) {
        const text = held.get(key)
        return text === undefined ? { kind: 'none' } : { kind: 'found', values: [text] }
      },
      close: async () => undefined,
    },
  })
}
