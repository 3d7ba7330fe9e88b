/** What a mutant is: a rule file with one small change, which some test should notice. */
import type { Span } from '../../language/diagnostic.ts'
import type { Mutation } from '../../language/files/mutation-schema.ts'
import type { MapNode } from '../../language/node.ts'

/** What stands there, and what stands there instead; `undefined`: nothing. */
export type Edit =
  | { readonly kind: 'text'; readonly before: Span; readonly after: string | undefined }
  | { readonly kind: 'negate'; readonly before: Span }
  | { readonly kind: 'swap'; readonly first: Span; readonly second: Span }

/** A reason that somebody has stated. */
export interface Acceptance {
  readonly at: Span
  readonly reason: string
}

export interface Mutant {
  readonly file: string
  readonly mutation: Mutation
  /** Where the change is. */
  readonly at: Span
  /** Rules and conditions, as traces name them: a test that asked none of them cannot notice. */
  readonly touches: readonly string[]
  /** Id of the rule, or name of the list. */
  readonly name: string
  readonly hook: string | undefined
  /** Why it may survive, if the rule says so. */
  readonly accepted: Acceptance | undefined
  /** In words. */
  readonly what: string
  readonly edit: Edit
  readonly tree: MapNode
  /**
   * It counts only where a session takes another course: two rules that never hold together may stand in any order.
   */
  readonly needsAnotherCourse: boolean
}
