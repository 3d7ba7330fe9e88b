/**
 * The policies of recipients in the words of a session record (docs/session.md), so a decision can be asked again when they
 * say something else.
 *
 * Of lists there is the entry that holds for the sender or the client of the message: the others decide nothing about it.
 */
import { addressKey } from '../../core/mail/address.ts'
import type { HookContext } from '../../core/context.ts'
import { findListed, type Policy, POLICY_LISTS, type SettingValue } from '../../core/policy.ts'
import type { Recipient } from '../../core/session.ts'

export interface RecordedPolicy {
  readonly settings?: Readonly<Record<string, SettingValue>>
  readonly allow?: readonly string[]
  readonly block?: readonly string[]
  readonly skip?: readonly string[]
}

/**
 * Characters; a policy may be large, and a message has many recipients. Those beyond are left out, so replays do not
 * know them.
 */
const MOST = 16_384

/** By address. Undefined where a site has no policies. */
export function policiesOf(
  context: HookContext,
  recipients: readonly Recipient[],
): Readonly<Record<string, RecordedPolicy>> | undefined {
  const written = recipients.flatMap(({ address, policy }) =>
    policy?.key === undefined ? [] : [[addressKey(address), writtenAs(policy.written, context)] as const],
  )
  if (written.length === 0) return undefined
  let room = MOST
  return Object.fromEntries(written.filter((entry) => (room -= JSON.stringify(entry).length) >= 0))
}

function writtenAs(policy: Policy, { connection, transaction }: HookContext): RecordedPolicy {
  const lists = POLICY_LISTS.flatMap((list) => {
    const entry = findListed(policy, list, connection, transaction)
    return entry ? [[list, [entry.text]] as const] : []
  })
  return {
    ...(policy.settings.size > 0 && { settings: Object.fromEntries(policy.settings) }),
    ...Object.fromEntries(lists),
    ...(policy.skip.size > 0 && { skip: [...policy.skip] }),
  }
}
