/**
 * TypeScript plugins: the escape hatch for what YAML cannot say.
 *
 *     export default definePlugin({
 *       name: 'loyalty',
 *       options: { type: 'object', properties: { database: { type: 'string' } }, required: ['database'] },
 *       setup: async ({ database }) => ({
 *         hooks: { rcpt: ({ recipient }) => verdict('DENY', 'No such member') },
 *       }),
 *     })
 */
import type { HookContext } from './context.ts'
import type { Effect } from './effect.ts'
import type { Hook } from './hook.ts'
import type { FromSchema, Schema } from './schema.ts'
import type { OnUnknown } from './truth.ts'
import type { Verdict } from './verdict.ts'
import type { Word } from './word.ts'

/** A handler answers with a verdict, with a verdict and effects, or with nothing, which is DECLINED. */
export type HandlerAnswer =
  | Verdict
  | { readonly effects: readonly Effect[]; readonly verdict?: Verdict }
  | undefined
  | void

export type Handler = (context: HookContext) => HandlerAnswer | Promise<HandlerAnswer>

export interface PluginParts {
  readonly hooks?: Readonly<Partial<Record<Hook, Handler>>>
  /** New words for YAML rules; a rule may use them whether its plugin stands before or after this one. */
  readonly words?: readonly Word[]
}

export interface PluginDefinition<Options = unknown> extends PluginParts {
  readonly name: string
  readonly summary?: string
  readonly options?: Schema
  /** What a handler that throws or overruns its deadline means. Default `defer`. */
  readonly onError?: OnUnknown
  /** Builds the parts from the options given in the site file. Runs once, at load. */
  readonly setup?: (options: Options) => PluginParts | Promise<PluginParts>
}

/** Declares a plugin; the options' type follows from their schema. */
export function definePlugin<const S extends Schema>(
  definition: Omit<PluginDefinition<FromSchema<S>>, 'options'> & { readonly options?: S },
): PluginDefinition {
  return definition as PluginDefinition
}
