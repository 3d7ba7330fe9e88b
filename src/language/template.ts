/**
 * Templates: texts with `${fact}` and `${fact | fallback text}` in them; the fallback may hold `${fact}` too. `$$` is a
 * dollar sign; a dollar sign before anything else stands for itself.
 *
 * Parsed once, at load. What is filled in is never parsed again.
 */
import type { Span } from './diagnostic.ts'
import type { ScalarNode } from './node.ts'
import { sourceOffsets } from './scalar-offsets.ts'
import { SourceText } from './source-text.ts'

/** A text, or a name to be filled in. */
export type TemplatePart = string | Placeholder

export interface Placeholder {
  readonly name: string
  /** Used when the fact is absent; may be empty. A template of its own. */
  readonly fallback?: string
  /** From the `$` to the `}`, in UTF-16 units of the text. */
  readonly offset: number
  readonly length: number
}

export type ParsedTemplate =
  | { readonly ok: true; readonly parts: readonly TemplatePart[] }
  | {
      readonly ok: false
      /** Where the `${` stands that cannot be read. */
      readonly offset: number
      readonly problem: string
    }

const PIECE = /\$\$|\$\{((?:\$\{[^}]*\}|\$(?!\{)|[^$}])*)(\}?)|\$|[^$]+/g
const NAME = /^[A-Za-z][\w.:-]*$/

export function parseTemplate(text: string): ParsedTemplate {
  const parts: TemplatePart[] = []
  let plain = ''
  for (const { 0: piece, 1: inside, 2: brace, index: offset } of text.matchAll(PIECE)) {
    if (inside === undefined) plain += piece === '$$' ? '$' : piece
    else {
      const field = parseField(inside)
      if (!brace) return { ok: false, offset, problem: '`${` is never closed' }
      if (typeof field === 'string') return { ok: false, offset, problem: field }
      if (plain !== '') parts.push(plain)
      plain = ''
      parts.push({ ...field, offset, length: piece.length })
    }
  }
  if (plain !== '') parts.push(plain)
  return { ok: true, parts }
}

/** What stands between the braces; a problem as a sentence. */
function parseField(inside: string): Pick<Placeholder, 'name' | 'fallback'> | string {
  const bar = inside.indexOf('|')
  const name = (bar < 0 ? inside : inside.slice(0, bar)).trim()
  if (name === '') return '`${}` names nothing'
  if (!NAME.test(name)) return `\`${name}\` is not a name: letters, digits, and \`. _ : -\``
  return bar < 0 ? { name } : { name, fallback: inside.slice(bar + 1).trim() }
}

/**
 * The place in the file of a part of a scalar's value, through quotes, escapes and folded lines. A part of a block text
 * (`|`, `>`) is the whole scalar.
 *
 * `offset` and `length` count in the value; `sourceText` is the text of the scalar's file.
 */
export function spanWithin(scalar: ScalarNode, offset: number, length: number, sourceText: string): Span {
  const { start, end } = scalar.at.range
  const offsets = sourceOffsets(sourceText.slice(start.offset, end.offset), String(scalar.value), scalar.quoted)
  const from = offsets?.[offset]
  const to = offsets?.[offset + length]
  if (from === undefined || to === undefined) return scalar.at
  return new SourceText(scalar.at.file, sourceText).span(start.offset + from, start.offset + to)
}
