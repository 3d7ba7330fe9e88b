/**
 * Templates: texts with `${fact}` and `${fact | fallback text}` in them; the fallback may hold `${fact}` too. `$$` is a
 * dollar sign; a dollar sign before anything else stands for itself.
 *
 * Parsed once, at load. What is filled in is never parsed again.
 */
/** A text, or a name to be filled in. */
export type TemplatePart = string | Placeholder

export interface Placeholder {
  readonly name: string
  /** Used when the fact is absent; may be empty. A template of its own. */
  readonly fallback?: string
  /** Of the name, in the same units. */
  readonly nameOffset: number
  readonly fallbackOffset: number
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
      const inner = offset + '${'.length
      const places = { nameOffset: inner + field.at, fallbackOffset: inner + field.fallbackAt }
      parts.push({ ...field.named, ...places, offset, length: piece.length })
    }
  }
  if (plain !== '') parts.push(plain)
  return { ok: true, parts }
}

interface Field {
  readonly named: Pick<Placeholder, 'name' | 'fallback'>
  readonly at: number
  readonly fallbackAt: number
}

/** What stands between the braces; a problem as a sentence. */
function parseField(inside: string): Field | string {
  const bar = inside.indexOf('|')
  const name = (bar < 0 ? inside : inside.slice(0, bar)).trim()
  if (name === '') return '`${}` names nothing'
  if (!NAME.test(name)) return `\`${name}\` is not a name: letters, digits, and \`. _ : -\``
  const behind = bar < 0 ? '' : inside.slice(bar + 1)
  return {
    named: bar < 0 ? { name } : { name, fallback: behind.trim() },
    at: inside.indexOf(name),
    fallbackAt: bar + 1 + behind.search(/\S|$/),
  }
}
