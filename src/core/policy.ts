/**
 * Policies: what one recipient has said about mail to them. Thresholds and switches that rules read as `policy.KEY`, lists
 * of their own, and plugins they do without.
 *
 * Where the text of a policy comes from is a `KeyedSource` (ports.ts), asked with the keys of `policyKeys` in their order:
 * `ann+news@example.org`, `ann@example.org`, `example.org`, `org`, and last the name of the default.
 */
import { addressKey, type Address, localKey, mailbox, splitDetail } from './mail/address.ts'
import type { ListEntry, ListIndex } from './list.ts'
import type { KeyedSource } from './ports.ts'
import type { Connection, Transaction } from './session.ts'
import type { SourceSpec } from './source.ts'
import type { MaybePromise } from './truth.ts'

export const SETTING_TYPES = ['number', 'boolean', 'text'] as const
export type SettingType = (typeof SETTING_TYPES)[number]
export type SettingValue = string | number | boolean

export const POLICY_LISTS = ['allow', 'block'] as const
export type PolicyList = (typeof POLICY_LISTS)[number]

/** A policy as it was written, the same for all its recipients. */
export interface Policy {
  readonly settings: ReadonlyMap<string, SettingValue>
  /** Senders and clients: each list is one of addresses and domains, and one of networks. */
  readonly lists: Readonly<Record<PolicyList, readonly ListIndex[]>>
  /** Names of plugins, as the site has them. */
  readonly skip: ReadonlySet<string>
}

/** A recipient's own copy: rules at `user_config` may change its settings. */
export interface RecipientPolicy extends Policy {
  readonly settings: Map<string, SettingValue>
  /** As its owner wrote it. */
  readonly written: Policy
  /** Which policy it is: the key it was found by. Absent where there is none. */
  readonly key?: string
  /** Where it is: a path, or the URL of a source. */
  readonly at?: string
  /** Why it is this one. */
  readonly because: string
  /** It could not be looked up. It is empty, and nothing may be decided by it: RCPT is answered 451. */
  readonly unknown?: true
}

const NO_POLICY: Policy = { settings: new Map(), lists: { allow: [], block: [] }, skip: new Set() }

/** A recipient's own copy of a policy. */
export function recipientPolicy(
  policy: Policy,
  about: Pick<RecipientPolicy, 'because' | 'key' | 'at'>,
): RecipientPolicy {
  return { ...policy, ...about, settings: new Map(policy.settings), written: policy }
}

export function noPolicy(): RecipientPolicy {
  return recipientPolicy(NO_POLICY, { because: 'nobody has written one' })
}

export function unknownPolicy(because: string, at: string): RecipientPolicy {
  return { ...recipientPolicy(NO_POLICY, { because, at }), unknown: true }
}

/** Faults are codes and places, never what stands there: a file that is no policy may be a secret. */
export type ReadPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly faults: readonly string[] }

/** What becomes of recipients while the source of their policies is away. */
export const POLICY_UNKNOWN = {
  defer: 'the client hears 451 4.4.3 for the recipient, and comes again',
  default: 'the recipient has the default as it was known last; 451 4.4.3 where it never was',
} as const
export type PolicyUnknown = keyof typeof POLICY_UNKNOWN

/** What a site says about policies. */
export interface PolicyPlan {
  /** Directory of the policy files; absent where a site has none. */
  readonly directory?: string
  /** Instead of a directory. Nobody asks it while a site is loaded. */
  readonly source?: SourceSpec
  readonly onUnknown?: PolicyUnknown
  /** Name of the policy of recipients without one of their own, and what was read in the directory. */
  readonly fallback?: { readonly key: string; readonly policy?: Policy }
  /** Milliseconds after which a policy is looked up anew. */
  readonly refresh: number
  /** The settings that plugins and site declare decide what a policy may say. */
  readonly read: (text: string, name: string) => ReadPolicy
}

/**
 * Where the policies of recipients are. Never rejects: whose policy does not load has the default, and whose policy cannot
 * be asked for now has one that is `unknown`.
 */
export interface Policies {
  find(recipient: Address): MaybePromise<RecipientPolicy>
}

/** Opens the place where the texts of policies are. */
export interface PolicySource extends KeyedSource {
  /** What an admin would call the place of a key: a path, or the URL of the source. */
  placeOf(key: string): string
}

export interface PolicyKey {
  readonly key: string
  readonly because: string
}

/** Parents of a domain that are asked for, the nearest first: a name of a hundred labels is no hundred questions. */
const MOST_PARENTS = 8

/** Where to look, the most particular first. The default is not among them. */
export function policyKeys(address: Address): readonly PolicyKey[] {
  if (address.kind !== 'mailbox') return []
  const { local, domain } = address
  const { user, detail } = splitDetail(localKey(local), '+')
  const plain = detail === undefined ? undefined : mailbox(user, domain)
  return [
    { key: addressKey(address), because: 'the address has a policy' },
    ...(plain ? [{ key: addressKey(plain), because: 'the address without its detail has a policy' }] : []),
    { key: domain, because: 'the domain has a policy' },
    ...parentsOf(domain).map((key) => ({ key, because: `the domain ${key} above has a policy` })),
  ]
}

function parentsOf(domain: string): readonly string[] {
  if (domain.startsWith('[')) return []
  const labels = domain.split('.')
  return labels
    .slice(1)
    .map((_, index) => labels.slice(index + 1).join('.'))
    .slice(0, MOST_PARENTS)
}

/** The entry of the list that holds for the sender or the client of this message. */
export function findListed(
  policy: Policy,
  list: PolicyList,
  connection: Pick<Connection, 'remote'>,
  transaction: Pick<Transaction, 'sender'> | undefined,
): ListEntry | undefined {
  for (const index of policy.lists[list]) {
    const value = index.kind === 'ip' ? connection.remote.ip : transaction?.sender
    const entry = value === undefined ? undefined : index.find(value)
    if (entry) return entry
  }
  return undefined
}
