/** Templates compiled: names are checked at load, values put in once, and what they bring is never read again. */
import type { HookContext } from '../core/context.ts'
import { FACTS, findFact, formatFact } from '../core/facts.ts'
import { isKnownAt } from '../core/hook.ts'
import { Unknown } from '../core/truth.ts'
import type { Span } from '../language/diagnostic.ts'
import { didYouMean } from '../language/fix.ts'
import type { ScalarNode } from '../language/node.ts'
import { spanWithin } from '../language/scalar-offsets.ts'
import { parseTemplate, type TemplatePart } from '../language/template.ts'
import { readNote, readNoteOf } from './note-value.ts'
import { settingIn, useSetting } from './policies/setting-use.ts'
import { complain, type Scope } from './scope.ts'

export type Text = (context: HookContext) => string

/** Longest text one name may bring into a template, in characters. */
const LONGEST_VALUE = 256

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

function compileTemplate(text: string, around: Around): Text {
  const { node, from, scope } = around
  const parsed = parseTemplate(text)
  if (!parsed.ok) {
    complain(scope, {
      code: 'TPL501',
      at: spanWithin(node, from + parsed.offset, 2),
      message: parsed.problem,
      help: 'write `${name}`, `${name | other text}`, or `$$` for a dollar sign',
    })
    return () => text
  }
  const parts = parsed.parts.map((part) => compilePart(part, around))
  if (parts.every((part) => typeof part === 'string')) {
    const constant = parts.join('')
    return () => constant
  }
  return (context) => parts.map((part) => (typeof part === 'string' ? part : part(context))).join('')
}

type Value = (context: HookContext) => string | undefined

function compilePart(part: TemplatePart, { node, from, longest, scope }: Around): string | Text {
  if (typeof part === 'string') return part
  const value = compileName({ name: part.name, node, offset: from + part.nameOffset }, scope)
  const fallback = compileTemplate(part.fallback ?? '', { node, from: from + part.fallbackOffset, longest, scope })
  return (context) => value(context)?.slice(0, longest) ?? fallback(context)
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
  if (scope.finds.has(name)) return ({ found }) => found.get(name)
  if (name.startsWith('note.')) {
    const note = name.slice('note.'.length)
    readNoteOf(note, placeOf(use), scope)
    return (context) => readNote(context, note)?.toString()
  }
  const setting = settingIn(name)
  if (setting !== undefined) return compileSetting(setting, use, scope)
  return compileFactName(use, scope)
}

function compileSetting(name: string, use: Use, scope: Scope): Value {
  const setting = useSetting(name, placeOf(use), scope)
  return (context) => setting?.read(context)?.toString()
}

function compileFactName(use: Use, scope: Scope): Value {
  const { name, node, offset } = use
  const fact = findFact(name)
  if (!fact) {
    const known = [...scope.finds, ...FACTS.map((one) => one.name)]
    complain(scope, {
      code: 'TPL502',
      at: placeOf(use),
      message: `unknown name \`${name}\` in a text`,
      ...didYouMean(node, name, known, { offset, length: name.length }),
      help: '`postern list facts` shows all facts; what a word finds can be used only in a rule that asks the word',
    })
    return () => undefined
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
  return (context) => {
    const value = definition.read(context, parameter)
    return value === undefined || value instanceof Unknown ? undefined : formatFact(value)
  }
}
