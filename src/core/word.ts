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
import type { Asked, QuestionAnswer, QuestionDraft, QuestionPlace } from './question.ts'
import type { FromSchema, Schema } from './schema.ts'
import type { MaybePromise, OnUnknown, Truth, Unknown } from './truth.ts'

/** What a matcher saw. `found` feeds later keys of the rule and its message; `because` feeds the trace. */
export interface Match {
  readonly truth: Truth
  readonly found?: Readonly<Record<string, string>>
  readonly because?: string
}

/** The text of an option in parts, for a word that puts values in place by itself; or the facts that an option names. */
export interface Template {
  readonly parts: readonly (string | TemplatePlace)[]
  /** One for each place, in order. Undefined for what is absent. */
  readonly values: (context: HookContext) => readonly (FactValue | undefined | Unknown)[]
}

export interface TemplatePlace extends QuestionPlace {
  /** In the text, from the `$` to the `}`. */
  readonly offset: number
  readonly length: number
}

/** What `compile` throws about a part of a text. */
export class OptionFault extends Error {
  override readonly name = 'OptionFault'
  readonly option: string
  readonly offset: number
  readonly length: number

  /** The message is a plain sentence. */
  constructor(message: string, at: { readonly option: string; readonly offset: number; readonly length: number }) {
    super(message)
    this.option = at.option
    this.offset = at.offset
    this.length = at.length
  }
}

/** What `compile` may use besides its options. */
export interface CompileTools {
  /** Asks the list of an option marked `x-outside`, wherever it is. Throws for an option that is not. */
  lookUp(option: string): (value: FactValue, context: HookContext) => MaybePromise<ListAnswer>
  /** The index behind an option marked `x-list`. Throws for an option that is not. */
  list(option: string): ListIndex
  /** The texts of an option marked `x-text`, with the facts of a session in them. Throws for an option that is not. */
  texts(option: string): (context: HookContext) => readonly string[]
  /** The text of an option marked `x-text` in its parts, nothing cut off. Throws for an option that is not. */
  template(option: string): Template
  /** The facts that an option marked `x-facts` names. Throws for an option that is not. */
  facts(option: string): Template
  /** Has a question asked, in this session once. Throws an Error with a plain sentence when nobody can be asked so. */
  question(question: QuestionDraft): (asked: Asked, context: HookContext) => Promise<QuestionAnswer>
  /** What names of files within other texts are relative to; those of options marked `x-path` arrive as whole paths. */
  readonly directory: string
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
  /**
   * Names it adds for templates, without the word's own name: `{ zone: 'The zone that lists the client' }`; `NAME` for
   * names that options say.
   */
  readonly finds?: Readonly<Record<string, string>>
  /** The names behind `NAME` in `finds`, which depend on the options. Throws as `compile` does. */
  readonly findsOf?: (options: Options) => readonly string[]
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
