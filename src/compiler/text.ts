/** Templates compiled: names are checked at load, values put in once, and what they bring is never read again. */
import type { HookContext } from '../core/context.ts'
import { FACTS, findFact, formatFact } from '../core/facts.ts'
import { isKnownAt } from '../core/hook.ts'
import { Unknown } from '../core/truth.ts'
import type { Span } from '../language/diagnostic.ts'
import type { ScalarNode } from '../language/node.ts'
import { suggest } from '../language/suggest.ts'
import { parseTemplate, spanWithin, type TemplatePart } from '../language/template.ts'
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
  const source = scope.sources.get(node.at.file) ?? ''
  const place: Place = (offset, length) => spanWithin(node, offset, length, source)
  return compileTemplate(String(node.value), { place, longest, scope })
}

/** Where a part of a template stands. */
type Place = (offset: number, length: number) => Span

interface Around {
  readonly place: Place
  /** Of one name. */
  readonly longest: number
  readonly scope: Scope
}

function compileTemplate(text: string, around: Around): Text {
  const { place, scope } = around
  const parsed = parseTemplate(text)
  if (!parsed.ok) {
    complain(scope, {
      code: 'TPL501',
      at: place(parsed.offset, 2),
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

function compilePart(part: TemplatePart, { place, longest, scope }: Around): string | Text {
  if (typeof part === 'string') return part
  const here = (): Span => place(part.offset, part.length)
  const value = compileName(part.name, scope, here)
  const fallback = compileTemplate(part.fallback ?? '', { place: here, longest, scope })
  return (context) => value(context)?.slice(0, longest) ?? fallback(context)
}

function compileName(name: string, scope: Scope, at: () => Span): Value {
  if (scope.finds.has(name)) return ({ found }) => found.get(name)
  if (name.startsWith('note.')) {
    const note = name.slice('note.'.length)
    readNoteOf(note, at(), scope)
    return (context) => readNote(context, note)?.toString()
  }
  const setting = settingIn(name)
  if (setting !== undefined) return compileSetting(setting, scope, at)
  return compileFactName(name, scope, at)
}

function compileSetting(setting: string, scope: Scope, at: () => Span): Value {
  const use = useSetting(setting, at(), scope)
  return (context) => use?.read(context)?.toString()
}

function compileFactName(name: string, scope: Scope, at: () => Span): Value {
  const fact = findFact(name)
  if (!fact) {
    const near = suggest(name, [...scope.finds, ...FACTS.map((known) => known.name)])
    complain(scope, {
      code: 'TPL502',
      at: at(),
      message: `unknown name \`${name}\` in a text`,
      ...(near && { label: `did you mean \`${near}\`?` }),
      help: '`postern list facts` shows all facts; what a word finds can be used only in a rule that asks the word',
    })
    return () => undefined
  }
  const { definition, parameter } = fact
  if (!isKnownAt(definition.stage, scope.hook)) {
    complain(scope, {
      code: 'HOK402',
      at: at(),
      message: `\`${name}\` is not known yet in hook \`${scope.hook}\``,
      help: 'leave it out, or move the rule to a later hook',
    })
  }
  scope.split.readFact(scope, at(), { name: definition.name, parameter, text: name })
  return (context) => {
    const value = definition.read(context, parameter)
    return value === undefined || value instanceof Unknown ? undefined : formatFact(value)
  }
}
