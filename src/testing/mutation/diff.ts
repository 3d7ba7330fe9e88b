/** A mutant as a small diff: the lines that change, as they stand and as they would. */
import type { Span } from '../../language/diagnostic.ts'
import type { Edit } from './mutant.ts'

export interface DiffLine {
  readonly sign: '-' | '+' | ' '
  readonly text: string
}

/** Longer pieces are shown by their beginning. */
const MOST_LINES = 4

export function diffOf(edit: Edit, text: string): readonly DiffLine[] {
  if (edit.kind === 'swap') {
    const [first = '', second = ''] = [edit.first, edit.second].map((span) => linesOf(span, text)[0] ?? '')
    return [signed('-', first), signed(' ', second), signed('+', first)]
  }
  const before = linesOf(edit.before, text)
  return [
    ...shortened(before).map((line) => signed('-', line)),
    ...shortened(after(edit, text)).map((line) => signed('+', line)),
  ]
}

function signed(sign: DiffLine['sign'], text: string): DiffLine {
  return { sign, text: text.trimEnd() }
}

function shortened(lines: readonly string[]): readonly string[] {
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), '…'] : lines
}

/** Whole lines, from where the span begins to where it ends. */
function linesOf(span: Span, text: string): readonly string[] {
  const { start, end } = bounds(span, text)
  return text.slice(start, end).split('\n')
}

function bounds({ range }: Span, text: string): { readonly start: number; readonly end: number } {
  const last = text.slice(range.start.offset, range.end.offset).trimEnd().length + range.start.offset
  const next = text.indexOf('\n', last)
  return { start: text.lastIndexOf('\n', range.start.offset - 1) + 1, end: next < 0 ? text.length : next }
}

function after(edit: Exclude<Edit, { kind: 'swap' }>, text: string): readonly string[] {
  const { start, end } = bounds(edit.before, text)
  const { start: from, end: to } = edit.before.range
  const written = text.slice(from.offset, to.offset).trimEnd()
  const [left, right] = [text.slice(start, from.offset), text.slice(from.offset + written.length, end)]
  const by = edit.kind === 'negate' ? negated(written) : edit.after
  if (by !== undefined) return `${left}${by}${right}`.split('\n')
  if (/^[\s-]*$/.test(left) && right.trim() === '') return []
  return [/^, */.test(right) ? `${left}${right.replace(/^, */, '')}` : `${left.replace(/, *$/, '')}${right}`]
}

/** One level deeper, as the lines of a block are written. */
function negated(written: string): string {
  const [first = '', ...others] = written.split('\n')
  if (others.length === 0) return `not: { ${first} }`
  const [indent = ''] = /^ */.exec(others[0] ?? '') ?? []
  return ['not:', `${indent}${first}`, ...others.map((line) => `  ${line}`)].join('\n')
}
