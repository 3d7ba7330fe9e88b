/** The policies that recipients had when a decision was recorded; files of today do not count. */
import { addressKey } from '../core/mail/address.ts'
import { noPolicy, type Policies, type PolicyPlan, recipientPolicy } from '../core/policy.ts'
import type { SessionRecord } from './session-record.ts'

/** `onMissing` hears what the record does not say, or says in words that these rules do not know. */
export function recordedPolicies(
  given: NonNullable<SessionRecord['policies']>,
  plan: Pick<PolicyPlan, 'read'>,
  onMissing: (what: string) => void,
): Policies {
  const policies = new Map(Object.entries(given))
  return {
    find(address) {
      const key = addressKey(address)
      const policy = policies.get(key)
      const read = policy && plan.read(JSON.stringify(policy), key)
      if (read?.ok) return recipientPolicy(read.policy, { key, because: 'the record says so' })
      onMissing(read ? 'a recorded policy that does not load with these rules' : 'the policy of a recipient')
      return noPolicy()
    },
  }
}
