/** Policies of a recorded session: those it brings itself (`policies`), and behind them the site's own. */
import { LIMITS } from '../core/limits.ts'
import type { Policies, PolicyPlan, PolicySource } from '../core/policy.ts'
import type { Clock, Log, Sources } from '../core/ports.ts'
import { type OpenDirectory, openPolicies } from '../engine/outside-policies.ts'
import { PolicyShelf } from '../engine/policies.ts'
import type { SessionRecord } from './session-record.ts'

export interface PolicyWorld {
  /** Absent: nobody has one. */
  readonly plan?: PolicyPlan | undefined
  /** Opens the directory of a site's policies; without it only those of the record are there. */
  readonly open?: OpenDirectory | undefined
  /** Answers for a source outside; offline, from a table. */
  readonly sources?: Sources | undefined
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

/** Throws an Error with a plain sentence for a policy of the record that is none. */
export function offlinePolicies({ policies = {} }: SessionRecord, world: PolicyWorld): Policies | undefined {
  const { plan, clock, log } = world
  if (!plan) return undefined
  const given = new Map(Object.entries(policies).map(([key, policy]) => [key.toLowerCase(), JSON.stringify(policy)]))
  for (const [key, text] of given) checkGiven(key, text, plan)
  const own = openPolicies(plan, LIMITS.policy_size.default, world)
  const source: PolicySource = {
    placeOf: (key) => (given.has(key) ? OF_SESSION : (own?.placeOf(key) ?? key)),
    lookup: async (key) => {
      const text = given.get(key)
      return text === undefined ? ((await own?.lookup(key)) ?? { kind: 'none' }) : { kind: 'found', values: [text] }
    },
    close: async () => own?.close(),
  }
  return new PolicyShelf({ plan, source, clock, log, memory: LIMITS.policy_memory.default })
}

/** What a session brings is in none of the files that the site has now. */
const OF_SESSION = 'the session itself'

/** JSON is YAML. */
function checkGiven(key: string, text: string, plan: PolicyPlan): void {
  const read = plan.read(text, `given.policies.${key}`)
  if (!read.ok) throw new Error(`the policy of \`${key}\` does not load: ${read.faults.join('; ')}`)
}
