/**
 * A program: what a site's files compile to, and all that the dispatcher knows of them.
 *
 * YAML rules and TypeScript handlers have the same shape here.
 */
import type { HookContext } from './context.ts'
import type { Effect } from './effect.ts'
import type { Hook } from './hook.ts'
import type { Question } from './question.ts'
import type { SourceSpec } from './source.ts'
import type { SettingValue } from './policy.ts'
import type { Recipient } from './session.ts'
import type { MaybePromise, OnUnknown, Truth } from './truth.ts'
import type { Verdict } from './verdict.ts'

export type Test = (context: HookContext) => MaybePromise<Truth>

/** What a rule does when it applies. */
export interface Action {
  readonly effects: readonly Effect[]
  /** Absent: go on with the next rule. DECLINED: leave this plugin's chain. */
  readonly verdict?: Verdict
}

export type Mode = 'enforce' | 'monitor'

/** What is known of a rule in monitor mode: what it would do is logged, and one day somebody decides. */
export interface Trial {
  /** The last day: 2026-12-31. */
  readonly until?: string
  /** Share of the clients that it is asked for, from 0 to 1; all without it. */
  readonly sample?: number
}

export interface Rule {
  readonly id: string
  /** `file:line:column` */
  readonly at: string
  /** `match` and not `unless`. */
  readonly test: Test
  /** The exemptions (`unless`) alone: asked again when a delayed refusal is about to be spoken. */
  readonly exempt: Test | undefined
  readonly onUnknown: OnUnknown
  /** The later hook that speaks its refusal, and the one that unknown becomes. */
  readonly replyAt?: Hook
  readonly mode: Mode
  /** In monitor mode. */
  readonly trial?: Trial
  readonly act: (context: HookContext) => MaybePromise<Action>
  /** A delivery bounds its own time: cutting it off would leave the client with 4xx for a message that arrives. */
  readonly boundsItself?: boolean
}

export interface Chain {
  /** Instance name: `dnsbl`, `dnsbl:1`. */
  readonly plugin: string
  /** Condition of the whole plugin, from its entry in the site file. */
  readonly scope: Test | undefined
  readonly rules: readonly Rule[]
  /** After DATA: it knows recipients apart, so it is asked for each part of them on its own. */
  readonly perRecipient?: boolean
}

/** What rules after DATA know of a recipient: those it differs in cannot always share an answer. */
export interface RecipientKey {
  /** As in rules: `policy.reject_at`, `rcpt.domain`. */
  readonly name: string
  readonly read: (recipient: Recipient) => SettingValue | undefined
}

/** What happens to a message whose recipients differ in what rules after DATA know of them. */
export const ON_SPLIT = {
  defer_different: 'such a recipient hears 452 at RCPT, and the client sends the message again for it',
  prdr: 'each hears an answer of its own from clients that use PRDR; else as defer_different',
  lmtp: 'each hears an answer of its own from LMTP clients; else as defer_different',
  quarantine: 'the message is taken, and kept aside for those who would have refused it',
} as const
export type OnSplit = keyof typeof ON_SPLIT

export interface Split {
  readonly on: OnSplit
  readonly keys: readonly RecipientKey[]
}

export interface Program {
  /** Digest of everything that was read to build it. */
  readonly revision: string
  /** Instance names in the site's order. */
  readonly plugins: readonly string[]
  /** Names of the words that its rules ask. */
  readonly words?: ReadonlySet<string>
  /** Chains of each hook in plugin order. A hook without chains is absent. */
  readonly chains: ReadonlyMap<Hook, readonly Chain[]>
  /** Lists outside that its rules may ask. */
  readonly sources?: readonly SourceSpec[]
  /** What its words may ask outside. */
  readonly questions?: readonly Question[]
  /** Absent where no rule after DATA knows recipients apart. */
  readonly split?: Split
}
