/**
 * The contract of words: the matchers and delivery targets that YAML rules use by name.
 *
 * Built-in words and words of TypeScript plugins are made the same way. Options are plain JSON described by a JSON
 * Schema; a list option (`x-list`) arrives as an index that can be asked.
 */
import type { HookContext } from './context.ts'
import type { FactValue } from './fact.ts'
import type { DeliveryTarget } from './delivery.ts'
import type { Stage } from './hook.ts'
import type { ListAnswer, ListIndex } from './list.ts'
import type { FromSchema, Schema } from './schema.ts'
import type { MaybePromise, OnUnknown, Truth } from './truth.ts'

/** What a matcher saw. `found` feeds later keys of the rule and its message; `because` feeds the trace. */
export interface Match {
  readonly truth: Truth
  readonly found?: Readonly<Record<string, string>>
  readonly because?: string
}

/** What `compile` may use besides its options. */
export interface CompileTools {
  /** Asks the list of an option marked `x-outside`, wherever it is. Throws for an option that is not. */
  lookUp(option: string): (value: FactValue, context: HookContext) => MaybePromise<ListAnswer>
  /** The index behind an option marked `x-list`. Throws for an option that is not. */
  list(option: string): ListIndex
  /** The texts of an option marked `x-text`, with the facts of a session in them. Throws for an option that is not. */
  texts(option: string): (context: HookContext) => readonly string[]
  /** The rule that uses the word, as `PLUGIN/HOOK/RULE`: for what it keeps apart from other rules. */
  readonly rule: string
}

export interface MatcherWord<Options = unknown> {
  readonly kind: 'matcher'
  readonly name: string
  readonly summary: string
  /** RFC section or qpsmtpd plugin. */
  readonly reference?: string
  /** What must be known before it can be asked, whatever its options. */
  readonly stage: Stage
  /** What must be known for these options, where that depends on them: the sender's domain comes later than the client's. */
  readonly stageOf?: (options: Options) => Stage
  readonly options: Schema
  /** Asks somebody other than a port that works offline: in tests and for `explain`, the session says what it answers. */
  readonly outside?: boolean
  /** What an unknown answer means when the rule does not say. */
  readonly onUnknown: OnUnknown
  /** Names it adds for templates, without the word's own name: `{ zone: 'The zone that lists the client' }`. */
  readonly finds?: Readonly<Record<string, string>>
  /** Runs once, at load. Throws an Error with a plain sentence when the options make no sense together. */
  readonly compile: (options: Options, tools: CompileTools) => (context: HookContext) => MaybePromise<Match>
}

export interface DeliveryWord<Options = unknown> {
  readonly kind: 'delivery'
  readonly name: string
  readonly summary: string
  readonly reference?: string
  readonly options: Schema
  readonly compile: (options: Options) => DeliveryTarget
}

export type Word = MatcherWord | DeliveryWord

/** Declares a matcher; the options' type follows from their schema. */
export function defineMatcher<const S extends Schema>(
  word: Omit<MatcherWord<FromSchema<S>>, 'kind' | 'options'> & { readonly options: S },
): MatcherWord {
  return { ...word, kind: 'matcher' } as MatcherWord
}

/** Declares a delivery target; the options' type follows from their schema. */
export function defineDelivery<const S extends Schema>(
  word: Omit<DeliveryWord<FromSchema<S>>, 'kind' | 'options'> & { readonly options: S },
): DeliveryWord {
  return { ...word, kind: 'delivery' } as DeliveryWord
}

/** Everything YAML rules may name. */
export interface Vocabulary {
  readonly matchers: ReadonlyMap<string, MatcherWord>
  readonly deliveries: ReadonlyMap<string, DeliveryWord>
}
