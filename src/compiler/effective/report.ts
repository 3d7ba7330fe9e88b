/**
 * What a site comes to once rulesets are opened and parameters, defaults and substitution are in place: `postern show`.
 *
 * Plain data for printers. A value is as written, in plain JSON; what may be a secret is `***`. Paths are as the caller wants
 * them shown; `at` is `file:line`.
 */
import type { Hook } from '../../core/hook.ts'
import type { Mode } from '../../core/program.ts'
import type { OnUnknown } from '../../core/truth.ts'

export interface Sourced {
  readonly value: unknown
  /** `default`: nobody gave it; without a place Postern itself has it so. */
  readonly from: 'given' | 'default'
  readonly at?: string
}

/** A setting of the site file by its path: `listen[0].port`. */
export interface EffectiveSetting extends Sourced {
  readonly name: string
}

export interface EffectiveList {
  readonly name: string
  readonly kind: string
  /** Absent for a list outside: nobody is asked how long it is. */
  readonly entries?: number
  /** A file, a URL, or the place of values that stand in YAML. */
  readonly where: string
  /** Who says so. Absent for one that nobody gave. */
  readonly from?: Sourced['from']
  readonly at?: string
}

/** The conditions and mode that an entry in the site file, or in a ruleset, gives all rules of its plugin. */
export interface EffectiveScope {
  readonly match?: Sourced
  readonly unless?: Sourced
  readonly mode?: Mode
  readonly until?: Sourced
  readonly sample?: Sourced
  /** Where it says so. */
  readonly skippable?: string
}

export interface EffectiveParam extends Partial<Sourced> {
  readonly name: string
  readonly summary: string
}

export interface EffectivePlugin {
  /** Instance name: `dnsbl:1`. */
  readonly name: string
  /** As its entry names it, and where that is. */
  readonly use: string
  readonly at: string
  readonly file: string
  readonly summary: string
  readonly entry: EffectiveScope
  /** Without a `value`: optional, and not given. Those that are lists are under `lists`. */
  readonly parameters: readonly EffectiveParam[]
  readonly lists: readonly EffectiveList[]
}

export interface EffectiveRule {
  readonly hook: Hook
  readonly plugin: string
  readonly rule: string
  readonly at: string
  readonly summary?: string
  /** A handler in TypeScript: what it asks and answers stands in no rule. */
  readonly code?: true
  readonly entry: EffectiveScope
  readonly mode: Mode
  readonly on_unknown: OnUnknown
  /** `match`, `unless`, `set`, `return`, `message` and the others, as substituted, in the order written. */
  readonly says: Readonly<Record<string, unknown>>
  /** What the client hears of a refusal; with `reply_at` at that hook. `…` stands for the address or name in question. */
  readonly reply?: string
  /** Asked once for each part of the recipients that rules tell apart. */
  readonly per_recipient?: true
  readonly lists: readonly EffectiveList[]
  /** Parameters that were put in place in it, lists aside. */
  readonly parameters: readonly EffectiveParam[]
}

/** A rule that is not there, because `enabled` is not met. */
export interface SwitchedOff {
  readonly hook: Hook
  readonly plugin: string
  readonly rule: string
  readonly at: string
  /** What it wants of parameters. */
  readonly enabled: unknown
  readonly parameters: readonly EffectiveParam[]
}

export interface EffectiveHook {
  readonly hook: Hook
  /** In the order in which they are asked. */
  readonly rules: readonly EffectiveRule[]
  readonly off: readonly SwitchedOff[]
  /** What it means when no rule answers. */
  readonly undecided: string
}

export interface EffectivePolicies {
  /** Settings that policies may have, and who declares them. */
  readonly settings: readonly { readonly name: string; readonly type: string; readonly at: string }[]
  /** Plugins that they may skip. */
  readonly skippable: readonly string[]
  /** What recipients of one message may not differ in, by the name rules read it. */
  readonly split_by: readonly string[]
}

export interface EffectiveSite {
  readonly version: 1
  readonly site: string
  readonly hostname: string
  /** Digest of all that was read. */
  readonly revision: string
  /** Absent from here on where only a hook or rule was asked for. */
  readonly settings?: readonly EffectiveSetting[]
  readonly policies?: EffectivePolicies
  readonly plugins: readonly EffectivePlugin[]
  readonly hooks: readonly EffectiveHook[]
}
