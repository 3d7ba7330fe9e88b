/** TypeScript plugins: checked, set up with their options, and turned into chains like any other plugin. */
import type { HookContext } from '../core/context.ts'
import { type Hook, isHook } from '../core/hook.ts'
import type { Handler, HandlerAnswer, PluginDefinition, PluginParts } from '../core/plugin.ts'
import type { Action, Rule } from '../core/program.ts'
import { reasonOf } from '../core/reason.ts'
import { andThen } from '../core/truth.ts'
import type { Schema } from '../core/schema.ts'
import type { Word } from '../core/word.ts'
import type { Report, Span } from '../language/diagnostic.ts'
import { checkWithAjv, isBeyondOurSubset } from '../language/ajv.ts'
import { toJson, type YamlNode } from '../language/node.ts'
import { checkSchema, toOptions } from '../language/schema/check.ts'

export interface CodePlugin {
  readonly name: string
  readonly words: readonly Word[]
  /** The handler of each hook, as a rule. */
  readonly rules: readonly (readonly [Hook, Rule])[]
}

export interface CodeUse {
  /** As the site names it. */
  readonly use: string
  readonly path: string
  /** Instance name; the definition's own name when the entry is a plain path. */
  readonly suffix: string
  readonly at: Span
  readonly options: YamlNode
  readonly report: Report
}

/** Undefined when the module is no plugin or its setup fails: a diagnostic, never a crash. */
export async function setUpCodePlugin(module: unknown, use: CodeUse): Promise<CodePlugin | undefined> {
  const definition = definitionIn(module)
  if (typeof definition === 'string') {
    use.report.add({
      code: 'PLG002',
      at: use.at,
      message: `\`${use.use}\` is no plugin: ${definition}`,
      help: 'write `export default definePlugin({ name: …, hooks: { … } })`',
    })
    return undefined
  }
  const schema = definition.options ?? NO_OPTIONS
  if (!checkOptions(definition.name, schema, use)) return undefined
  const parts = await setUp(definition, toOptions(use.options, schema), use)
  return parts && assemble(definition, parts, use)
}

const NO_OPTIONS: Schema = { type: 'object', properties: {} }

/** Keywords of JSON Schema that our own walker does not know are left to ajv, which knows no places. */
function checkOptions(name: string, schema: Schema, { options, report, at }: CodeUse): boolean {
  const what = `plugin \`${name}\``
  if (!checkSchema(options, schema, report, { what })) return false
  const [fault] = isBeyondOurSubset(schema) ? checkWithAjv(schema, toJson(options)) : []
  if (fault) report.add({ code: 'CFG112', at, message: `${what}: ${fault.path || 'its options'} ${fault.message}` })
  return !fault
}

function definitionIn(module: unknown): PluginDefinition | string {
  const exported = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
  if (typeof exported !== 'object' || exported === null) return 'it has no default export made by definePlugin'
  const definition = exported as Partial<PluginDefinition>
  if (typeof definition.name !== 'string' || !/^[a-z0-9][a-z0-9_/-]*$/.test(definition.name))
    return 'its name must be lower-case letters, digits, - _ /'
  return faultIn(definition) ?? (definition as PluginDefinition)
}

function faultIn({ hooks = {}, words = [] }: PluginParts): string | undefined {
  for (const [hook, handler] of Object.entries(hooks)) {
    if (!isHook(hook)) return `\`${hook}\` is no hook`
    if (typeof handler !== 'function') return `its handler for \`${hook}\` is no function`
  }
  const isGood = Array.isArray(words) && words.every(isWord)
  return isGood
    ? undefined
    : 'its words must be made by defineMatcher or defineDelivery, with names such as `member_of`'
}

function isWord(word: Partial<Word> | undefined): boolean {
  const { kind, name = '', compile, options } = word ?? {}
  const isKnown = kind === 'matcher' || kind === 'delivery'
  return isKnown && /^[a-z][a-z0-9_]*$/.test(name) && typeof compile === 'function' && typeof options === 'object'
}

async function setUp(definition: PluginDefinition, options: unknown, use: CodeUse): Promise<PluginParts | undefined> {
  try {
    const made = await definition.setup?.(options)
    const parts: PluginParts = {
      hooks: { ...definition.hooks, ...made?.hooks },
      words: [...(definition.words ?? []), ...(made?.words ?? [])],
    }
    const fault = faultIn(parts)
    if (fault === undefined) return parts
    use.report.add({ code: 'PLG002', at: use.at, message: `\`${use.use}\` is no plugin: ${fault}` })
  } catch (fault) {
    use.report.add({
      code: 'PLG001',
      at: use.at,
      message: `plugin \`${definition.name}\` could not be set up: ${reasonOf(fault)}`,
    })
  }
  return undefined
}

function assemble(definition: PluginDefinition, parts: PluginParts, use: CodeUse): CodePlugin {
  const rules = Object.entries(parts.hooks ?? {}).flatMap(([hook, handler]) =>
    isHook(hook) && handler ? [[hook, ruleOf(hook, handler, definition, use)] as const] : [],
  )
  return { name: `${definition.name}${use.suffix}`, words: parts.words ?? [], rules }
}

function ruleOf(hook: Hook, handler: Handler, { onError = 'defer' }: PluginDefinition, { path }: CodeUse): Rule {
  return {
    id: hook,
    at: `${path}:1:1`,
    test: () => 'hit',
    exempt: undefined,
    onUnknown: onError,
    mode: 'enforce',
    act: (context) => answerOf(handler, context),
  }
}

function answerOf(handler: Handler, context: HookContext): Action | Promise<Action> {
  return andThen(handler(context), actionOf)
}

/** Nothing is DECLINED; anything that is neither a verdict nor effects is a fault. */
function actionOf(answer: HandlerAnswer): Action {
  if (answer === undefined || answer === null) return { effects: [], verdict: { code: 'DECLINED' } }
  if (typeof answer === 'object' && 'code' in answer) return { effects: [], verdict: answer }
  if (typeof answer === 'object' && 'effects' in answer && Array.isArray(answer.effects)) return answer
  throw new Error('it answered something that is no verdict')
}
