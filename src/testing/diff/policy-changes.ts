/** Policies of recipients that say something else than before: whose, and which of their keys. */
import { isIpFault, parseNetwork } from '../../core/net/ip.ts'
import { type Policy, POLICY_LISTS } from '../../core/policy.ts'
import type { SessionRecord } from '../session-record.ts'
import { type SettingChange, settingChanges } from './setting-changes.ts'
import { entrySession } from './telling.ts'

export interface PolicyChange {
  readonly what: 'added' | 'removed' | 'changed'
  /** A recipient, a domain, or the name of the default. */
  readonly policy: string
  /** Of a new policy, what it says; of one that is gone, what it said. */
  readonly keys: readonly SettingChange[]
}

/** By the key that recipients find them under; undefined for one that does not load. */
export type PolicyTexts = ReadonlyMap<string, Policy | undefined>

export function policyChanges(before: PolicyTexts, after: PolicyTexts): readonly PolicyChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  return names.flatMap((policy): readonly PolicyChange[] => {
    const what = before.has(policy) ? (after.has(policy) ? 'changed' : 'removed') : 'added'
    const keys = settingChanges(
      before.has(policy) ? said(before.get(policy)) : {},
      after.has(policy) ? said(after.get(policy)) : {},
    )
    return what === 'changed' && keys.length === 0 ? [] : [{ what, policy, keys }]
  })
}

/**
 * Whom the changes are about, as far as a session says it: the recipient, and senders and clients that came to a list
 * or left it.
 */
export function sessionsAbout(changes: readonly PolicyChange[]): readonly SessionRecord[] {
  return changes.slice(0, MOST_POLICIES).flatMap(({ policy, keys }) => {
    const to = recipientOf(policy)
    return [to, ...keys.flatMap(entriesApart).map((entry) => ({ ...to, ...from(entry) }))]
  })
}

const MOST_POLICIES = 100
/** Of one list. */
const MOST_ENTRIES = 8

/** The default is for whoever has none. */
function recipientOf(policy: string): SessionRecord {
  if (policy.includes('@')) return { rcpt: policy }
  return policy.includes('.') ? { rcpt: `someone@${policy}` } : {}
}

function entriesApart({ key, before = '[]', after = '[]' }: SettingChange): readonly string[] {
  if (!POLICY_LISTS.some((name) => name === key)) return []
  const [one, other] = [before, after].map((text) => new Set(JSON.parse(text) as readonly string[]))
  return [...(one ?? []), ...(other ?? [])]
    .filter((text) => !one?.has(text) || !other?.has(text))
    .slice(0, MOST_ENTRIES)
}

function from(entry: string): SessionRecord {
  return entrySession(isIpFault(parseNetwork(entry)) ? 'sender' : 'remote_ip', entry)
}

const BROKEN = { loads: false }

function said(policy: Policy | undefined): object {
  if (!policy) return BROKEN
  const { settings, lists, skip } = policy
  const entries = POLICY_LISTS.map((name) => [
    name,
    lists[name].flatMap((index) => Array.from(index.entries(), ({ text }) => text)),
  ])
  const filled = [...entries, ['skip', [...skip]]].filter(([, some]) => some?.length !== 0)
  return { settings, ...Object.fromEntries(filled) }
}
