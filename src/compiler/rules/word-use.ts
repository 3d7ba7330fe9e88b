/** A word used in a condition or as a delivery target: its options are checked and it is compiled, once. */
import { placeOf, type Span } from '../../language/diagnostic.ts'
import type { HookContext } from '../../core/context.ts'
import type { ListIndex, ListKind } from '../../core/list.ts'
import { isKnownAt } from '../../core/hook.ts'
import type { Test } from '../../core/program.ts'
import type { Schema } from '../../core/schema.ts'
import { andThen, isPromise, isTruth, type MaybePromise, Unknown, unknownFrom } from '../../core/truth.ts'
import { type CompileTools, type Match, type MatcherWord, OptionFault } from '../../core/word.ts'
import { type MapEntry, type ScalarNode, type YamlNode, valueOf } from '../../language/node.ts'
import { spanWithin } from '../../language/yaml/scalar-offsets.ts'
import { checkSchema } from '../../language/schema/check.ts'
import { summarize, tooEarly } from './atom.ts'
import { type Comparison, inIndex } from './comparison.ts'
import { findList, findListAtHand, inlineIndex } from '../lists/list-use.ts'
import { inNamed } from '../lists/source-list.ts'
import { complain, moreCareful, type Scope } from './scope.ts'
import { compileFacts, compileParts, compileText, type Text } from './text.ts'
import { wordOptions } from './word-options.ts'

export function compileWord(word: MatcherWord, { key, value }: MapEntry, scope: Scope): Test | undefined {
  const node = optionsNode(value)
  if (!checkOptions(node, word.options, word.name, scope)) return undefined
  const options = wordOptions(node, word.options, scope.directory)
  const stage = guarded(key, scope, () => word.stageOf?.(options) ?? word.stage)
  if (!stage) return undefined
  if (!isKnownAt(stage, scope.hook)) return tooEarly(key, stage, scope)
  if (stage === 'recipient') scope.split.readWhole(scope, key.at)
  const ask = guarded(key, scope, () => word.compile(options, toolsFor(word.options, node, scope)), node)
  if (!ask) return undefined
  scope.asked.add(word.name)
  const finds = namesFound(word, options).map((name) => `${word.name}.${name}`)
  for (const name of finds) scope.finds.add(name)
  scope.words.onUnknown = moreCareful(scope.words.onUnknown, word.onUnknown)
  return traced({ name: word.name, finds, key, value }, answeredFor(word, ask))
}

function namesFound({ finds = {}, findsOf }: MatcherWord, options: unknown): readonly string[] {
  return [...Object.keys(finds).filter((name) => name !== FAMILY), ...(findsOf?.(options) ?? [])]
}

/** Stands for names that options say. */
const FAMILY = 'NAME'

type Ask = ReturnType<MatcherWord['compile']>

function answeredFor(word: MatcherWord, ask: Ask): Ask {
  return (context) => context.ports.answerFor?.(word) ?? ask(context)
}

/** `true` stands for no options at all. */
function optionsNode(value: YamlNode): YamlNode {
  return value.kind === 'scalar' && value.value === true ? { kind: 'map', at: value.at, entries: [] } : value
}

export function checkOptions(node: YamlNode, schema: Schema, name: string, scope: Scope): boolean {
  return checkSchema(node, schema, scope.report, {
    what: `\`${name}\``,
    hook: scope.hook,
    ...(scope.rule && { rule: scope.rule }),
  })
}

/** A word's own objection to its options becomes a diagnostic, where it stands in a text of theirs if it says so. */
export function guarded<T>(key: ScalarNode, scope: Scope, compile: () => T, options?: YamlNode): T | undefined {
  try {
    return compile()
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : 'the options make no sense together'
    const at = (fault instanceof OptionFault && placeWithin(options, fault)) || key.at
    complain(scope, { code: 'CFG112', at, message: `\`${key.source}\`: ${message}` })
    return undefined
  }
}

function placeWithin(options: YamlNode | undefined, { option, offset, length }: OptionFault): Span | undefined {
  const text = options && optionIn(options, option)
  return text?.kind === 'scalar' ? spanWithin(text, offset, length) : text?.at
}

const NO_LIST: ListIndex = { kind: 'string', source: 'nothing', size: 0, find: () => undefined, entries: () => [] }

function optionIn(node: YamlNode, option: string): YamlNode | undefined {
  return node.kind === 'map' ? valueOf(node, option) : undefined
}

/** Read whether the word asks for them or not: what is wrong with an entry is reported then. */
function listsAtHand({ properties = {} }: Schema, node: YamlNode, scope: Scope): ReadonlyMap<string, ListIndex> {
  const lists = new Map<string, ListIndex>()
  for (const [name, { 'x-list': kind, 'x-outside': isOutside }] of Object.entries(properties)) {
    const value = optionIn(node, name)
    if (kind && !isOutside) lists.set(name, (value && listOf(kind, value, scope)) ?? NO_LIST)
  }
  return lists
}

function toolsFor(schema: Schema, node: YamlNode, scope: Scope): CompileTools {
  const lists = listsAtHand(schema, node, scope)
  return {
    directory: scope.directory,
    rule: `${scope.plugin}/${scope.hook}/${scope.rule ?? ''}`,
    lookUp(option) {
      const { 'x-list': kind, 'x-outside': isOutside } = schema.properties?.[option] ?? {}
      if (!kind || !isOutside) throw new Error(`option ${option} is no list to look things up in`)
      return lookUpIn(kind, optionIn(node, option), scope)
    },
    list(option) {
      const list = lists.get(option)
      if (!list) throw new Error(`option ${option} is no list`)
      return list
    },
    texts(option) {
      if (!schema.properties?.[option]?.['x-text']) throw new Error(`option ${option} is no text`)
      const templates = textsIn(optionIn(node, option), scope)
      return (context) => templates.map((template) => template(context))
    },
    template: (option) => compileParts(textOption(option, schema, node), scope),
    facts: (option) => compileFacts(namesOption(option, schema, node), scope),
    question(draft) {
      const question = scope.questions.enter(draft)
      return async (asked, { ports, connection }) =>
        (await ports.questions?.ask(question, asked, connection)) ?? NOT_HERE
    },
  }
}

const NOT_HERE = { kind: 'failed', because: 'nobody outside can be asked from here' } as const

function textOption(option: string, { properties }: Schema, node: YamlNode): ScalarNode {
  const value = optionIn(node, option)
  if (properties?.[option]?.['x-text'] && value?.kind === 'scalar') return value
  throw new Error(`option ${option} is no text`)
}

function namesOption(option: string, { properties }: Schema, node: YamlNode): readonly ScalarNode[] {
  if (!properties?.[option]?.['x-facts']) throw new Error(`option ${option} names no facts`)
  const value = optionIn(node, option)
  return value?.kind === 'seq' ? value.items.filter((item) => item.kind === 'scalar') : []
}

function textsIn(node: YamlNode | undefined, scope: Scope): readonly Text[] {
  const nodes = node?.kind === 'seq' ? node.items : node ? [node] : []
  return nodes.flatMap((one) => (one.kind === 'scalar' ? [compileText(one, scope)] : []))
}

function lookUpIn(kind: ListKind, value: YamlNode | undefined, scope: Scope): Comparison {
  const named = value?.kind === 'scalar' ? findList(value, scope, [kind]) : undefined
  if (named?.source && value) return inNamed(named, value.at, scope) ?? inIndex(NO_LIST)
  const index = named ? named.index : value?.kind === 'seq' ? listOf(kind, value, scope) : undefined
  return inIndex(index ?? NO_LIST)
}

function listOf(kind: ListIndex['kind'], value: YamlNode, scope: Scope): ListIndex | undefined {
  if (value.kind !== 'seq') return findListAtHand(value, scope, kind)
  const scalars = value.items.filter((item): item is ScalarNode => item.kind === 'scalar')
  return inlineIndex(kind, scalars, (finding) => complain(scope, finding))
}

interface Asking extends Pick<MapEntry, 'key' | 'value'> {
  readonly name: string
  /** With the name of the word. */
  readonly finds: readonly string[]
}

function traced({ name, finds, key, value }: Asking, ask: Ask): Test {
  const at = placeOf(key.at)
  const test = `${name}: ${summarize(value)}`
  return (context) =>
    andThen(answerOf(ask, context), (match: Match) => {
      if (match.truth === 'unknown') doubt(context, name, finds)
      for (const [found, text] of Object.entries(match.found ?? {})) context.found.set(`${name}.${found}`, String(text))
      context.trace?.push({
        at,
        test,
        truth: match.truth,
        ...(match.because !== undefined && { because: match.because }),
      })
      return match.truth
    })
}

/** Were these names absent, a condition on them would be a miss, and the rule would be passed over in silence. */
function doubt({ found }: HookContext, word: string, finds: readonly string[]): void {
  for (const name of finds) found.set(name, new Unknown(`\`${word}\` could not find out`))
}

/** A word that breaks has found out nothing; the conditions beside it still count. */
function answerOf(ask: Ask, context: HookContext): MaybePromise<Match> {
  try {
    const answer = ask(context)
    return isPromise(answer) ? answer.then(sound, broken) : sound(answer)
  } catch (fault) {
    return broken(fault)
  }
}

/** Words of plugins may answer anything. */
function sound(match: Match): Match {
  return isTruth(match?.truth) ? match : { truth: 'unknown', because: 'it answered something that is no match' }
}

function broken(fault: unknown): Match {
  return { truth: 'unknown', because: unknownFrom(fault).because }
}
