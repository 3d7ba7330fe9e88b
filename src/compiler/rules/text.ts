/** Templates compiled: names are checked at load, values put in once, and what they bring is never read again. */
import type { HookContext } from '../../core/context.ts'
import { FACTS, findFact, formatFact } from '../../core/facts.ts'
import { isKnownAt } from '../../core/hook.ts'
import type { FactType, FactValue } from '../../core/fact.ts'
import { Unknown } from '../../core/truth.ts'
import type { Template, TemplatePlace } from '../../core/word.ts'
import type { Span } from '../../language/diagnostic.ts'
import { didYouMean } from '../../language/fix.ts'
import type { ScalarNode } from '../../language/node.ts'
import { spanWithin } from '../../language/yaml/scalar-offsets.ts'
import { parseTemplate, type Placeholder, type TemplatePart } from '../../language/template.ts'
import { readNote, readNoteOf } from './note-value.ts'
import { settingIn, useSetting } from '../policies/setting-use.ts'
import { complain, type Scope } from './scope.ts'

export type Text = (context: HookContext) => string

/** Longest text one name may bring into a template, in characters. */
const LONGEST_VALUE = 256
/** What stands in a list is the admin's. */
const LONGEST_OF_LIST = 4096

export function compileText(node: ScalarNode, scope: Scope): Text {
  return compileWhole(node, scope, LONGEST_VALUE)
}

/** For values that are worked with rather than shown: nothing is cut off. */
export function compileWhole(node: ScalarNode, scope: Scope, longest = Infinity): Text {
  return compileTemplate(String(node.value), { node, from: 0, longest, scope })
}

interface Around {
  readonly node: ScalarNode
  /** Where the template begins in the value of the node. */
  readonly from: number
  /** Of one name. */
  readonly longest: number
  readonly scope: Scope
}

function partsOf(text: string, { node, from, scope }: Around): readonly TemplatePart[] {
  const parsed = parseTemplate(text)
  if (parsed.ok) return parsed.parts
  complain(scope, {
    code: 'TPL501',
    at: spanWithin(node, from + parsed.offset, 2),
    message: parsed.problem,
    help: 'write `${name}`, `${name | other text}`, or `$$` for a dollar sign',
  })
  return [text]
}

function compileTemplate(text: string, around: Around): Text {
  const parts = partsOf(text, around).map((part) => compilePart(part, around))
  if (parts.every((part) => typeof part === 'string')) {
    const constant = parts.join('')
    return () => constant
  }
  return (context) => parts.map((part) => (typeof part === 'string' ? part : part(context))).join('')
}

/** The text in its parts, values with their types: for words that do not put them together as text. */
export function compileParts(node: ScalarNode, scope: Scope): Template {
  const around = { node, from: 0, longest: Infinity, scope }
  const compiled = partsOf(String(node.value), around).map((part) =>
    typeof part === 'string' ? part : placeIn(part, around),
  )
  const reads = compiled.flatMap((part) => (typeof part === 'string' ? [] : [part.read]))
  return {
    parts: compiled.map((part) => (typeof part === 'string' ? part : part.place)),
    values: (context) => reads.map((read) => read(context)),
  }
}

interface CompiledPlace extends Pick<Value, 'read'> {
  readonly place: TemplatePlace
}

function placeIn(
  { name, nameOffset, fallback, fallbackOffset, offset, length }: Placeholder,
  around: Around,
): CompiledPlace {
  const { type, read } = compileName({ name, node: around.node, offset: nameOffset }, around.scope)
  const place = { name, type, offset, length }
  if (fallback === undefined) return { place, read }
  const other = compileTemplate(fallback, { ...around, from: fallbackOffset })
  return { place, read: (context) => read(context) ?? other(context) }
}

/** The facts that these names stand for. */
export function compileFacts(nodes: readonly ScalarNode[], scope: Scope): Template {
  const compiled = nodes.map((node) => ({ node, ...compileName({ name: String(node.value), node, offset: 0 }, scope) }))
  return {
    parts: compiled.map(({ node, type }) => ({
      name: String(node.value),
      type,
      offset: 0,
      length: String(node.value).length,
    })),
    values: (context) => compiled.map(({ read }) => read(context)),
  }
}

function compilePart(part: TemplatePart, { node, from, longest, scope }: Around): string | Text {
  if (typeof part === 'string') return part
  const { read } = compileName({ name: part.name, node, offset: from + part.nameOffset }, scope)
  const most = part.name.startsWith('list.') ? Math.max(longest, LONGEST_OF_LIST) : longest
  const fallback = compileTemplate(part.fallback ?? '', { node, from: from + part.fallbackOffset, longest, scope })
  return (context) => {
    const value = read(context)
    return value === undefined || value instanceof Unknown ? fallback(context) : formatFact(value).slice(0, most)
  }
}

interface Value {
  readonly type: FactType
  readonly read: (context: HookContext) => FactValue | undefined | Unknown
}

/** A name to be filled in, where it stands in the value of a node. */
interface Use {
  readonly name: string
  readonly node: ScalarNode
  readonly offset: number
}

function placeOf({ name, node, offset }: Use): Span {
  return spanWithin(node, offset, name.length)
}

function compileName(use: Use, scope: Scope): Value {
  const { name } = use
  if (scope.finds.has(name)) return { type: 'text', read: ({ found }) => found.get(name) }
  if (name.startsWith('note.')) {
    const note = name.slice('note.'.length)
    readNoteOf(note, placeOf(use), scope)
    return { type: scope.notes.typeOf(note) ?? 'text', read: (context) => readNote(context, note) }
  }
  const setting = settingIn(name)
  if (setting !== undefined) return compileSetting(setting, use, scope)
  return compileFactName(use, scope)
}

function compileSetting(name: string, use: Use, scope: Scope): Value {
  const setting = useSetting(name, placeOf(use), scope)
  return setting ?? NOTHING
}

const NOTHING: Value = { type: 'text', read: () => undefined }

function compileFactName(use: Use, scope: Scope): Value {
  const { name } = use
  const fact = findFact(name)
  if (!fact) {
    unknownName(use, scope)
    return NOTHING
  }
  const { definition, parameter } = fact
  if (!isKnownAt(definition.stage, scope.hook)) {
    complain(scope, {
      code: 'HOK402',
      at: placeOf(use),
      message: `\`${name}\` is not known yet in hook \`${scope.hook}\``,
      help: 'leave it out, or move the rule to a later hook',
    })
  }
  scope.split.readFact(scope, placeOf(use), { name: definition.name, parameter, text: name })
  return { type: definition.type, read: (context) => definition.read(context, parameter) }
}

function unknownName(use: Use, scope: Scope): void {
  const { name, node, offset } = use
  const known = [...scope.finds, ...FACTS.map((one) => one.name)]
  complain(scope, {
    code: 'TPL502',
    at: placeOf(use),
    message: `unknown name \`${name}\` in a text`,
    ...didYouMean(node, name, known, { offset, length: name.length }),
    help: '`postern list facts` shows all facts; what a word finds can be used only in a rule that asks the word',
  })
}
