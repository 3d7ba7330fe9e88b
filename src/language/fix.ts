/** Fixes: corrections as edits of what was typed, for `check --fix`, editors and comments on a change. */
import type { Edit, Finding, Fix, Safety, Span } from './diagnostic.ts'
import type { ScalarNode } from './node.ts'
import { isAsTyped, spanWithin } from './yaml/scalar-offsets.ts'
import { isSlip, suggest } from './suggest.ts'
import { inQuotes } from './yaml/quote.ts'

export function replace({ file, range }: Span, text: string): Edit {
  return { file, range, text }
}

/** One edit, as most fixes are. */
export function fixOf(title: string, safety: Safety, edit: Edit): readonly [Fix] {
  return [{ title, safety, edits: [edit] }]
}

/** A part of a scalar's value, all of it without one. */
export interface Within {
  readonly offset: number
  readonly length: number
}

/** Another value for a scalar. None where the scalar is not what was typed: a parameter stands there. */
export function writeInstead(
  scalar: ScalarNode,
  text: string,
  { title = `write \`${text}\``, safety = 'safe', within }: { title?: string; safety?: Safety; within?: Within } = {},
): readonly Fix[] {
  if (!isAsTyped(scalar)) return []
  if (!within) return fixOf(title, safety, replace(scalar.at, plainOrQuoted(text)))
  const at = spanWithin(scalar, within.offset, within.length)
  return isEscaped(scalar, text) ? [] : fixOf(title, safety, replace(at, text))
}

/** Within quotes or a plain text, these would need an escape. */
function isEscaped({ typed = '' }: ScalarNode, text: string): boolean {
  return typed.startsWith('"') ? /["\\]/.test(text) : typed.startsWith("'") && text.includes("'")
}

const PLAIN = /^[\w.][\w./-]*$/
const OTHER_TYPE = /^(?:true|false|null|yes|no|on|off|y|n|[\d._]+(?:e\d+)?|0[xo].*|\.(?:inf|nan))$/i

/** A text as a YAML value: without quotes where that is certain to be the same. */
export function plainOrQuoted(text: string): string {
  return PLAIN.test(text) && !OTHER_TYPE.test(text) ? text : inQuotes(text)
}

type Suggestion = Pick<Finding, 'label' | 'fixes'>

/** `did you mean …?` and its fix, for a key or value that is no known name; nothing where none is near. */
export function didYouMean(
  scalar: ScalarNode,
  word: string,
  candidates: Iterable<string>,
  within?: Within,
): Suggestion {
  const known = [...candidates]
  const near = suggest(word, known)
  return near === undefined ? {} : meant(scalar, word, { near, known, within })
}

interface Meant {
  readonly near: string
  readonly known: readonly string[]
  readonly within?: Within | undefined
  readonly title?: string
}

/** The same where it is known already what was meant. */
export function meant(
  scalar: ScalarNode,
  word: string,
  { near, known, within, title = `write \`${near}\`` }: Meant,
): Suggestion {
  const safety = isSlip(word, near, known) ? 'safe' : 'unsafe'
  const fixes = writeInstead(scalar, near, { title, safety, ...(within && { within }) })
  return { label: `did you mean \`${near}\`?`, fixes }
}

/** Another name where only the place is known; none where that is not as long as what should stand there. */
export function renameAt(at: Span, typed: string, text: string, safety: Safety): readonly Fix[] {
  const { start, end } = at.range
  const isAll = start.line === end.line && end.offset - start.offset === typed.length
  return isAll ? fixOf(`write \`${text}\``, safety, replace(at, text)) : []
}

/** `did you mean …?` where only the place of a name is known, with a `prefix` such as `note.` before it. */
export function didYouMeanAt(at: Span, name: string, candidates: Iterable<string>, prefix: string): Suggestion {
  const known = [...candidates]
  const near = suggest(name, known)
  if (near === undefined) return {}
  const text = `${prefix}${near}`
  const safety = isSlip(name, near, known) ? 'safe' : 'unsafe'
  return { label: `did you mean \`${text}\`?`, fixes: renameAt(at, `${prefix}${name}`, text, safety) }
}
