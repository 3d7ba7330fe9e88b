/**
 * Where each character of a scalar's value was typed: the way back through quotes, escapes, folded lines and the indentation
 * of block texts (YAML 1.2, sections 7.3 and 8.1).
 */
import type { Position, Span } from '../diagnostic.ts'
import type { ScalarNode } from '../node.ts'

/** An escape in double quotes, by what follows the backslash, to the number of characters behind that. */
const HEX_DIGITS: Readonly<Partial<Record<string, number>>> = { x: 2, u: 4, U: 8 }
const BLANKS = /[ \t]*(?:\r?\n[ \t]*)*/y
const ESCAPED_BREAK = /\\\r?\n[ \t]*/y
const BLOCK = /^[|>]/
const BLANK = /[ \t\r\n]/

type Step = readonly [taken: number, given: number]

/**
 * The place in the file of a part of a scalar's value, counted in the value's UTF-16 units. The whole scalar where the value
 * is not what was typed: a parameter was put in its place.
 */
export function spanWithin(scalar: ScalarNode, offset: number, length: number): Span {
  const offsets = offsetsOf(scalar)
  const from = offsets?.[offset]
  const to = offsets?.[offset + length]
  if (scalar.typed === undefined || from === undefined || to === undefined) return scalar.at
  const { file, range } = scalar.at
  const [start, end] = [positionIn(scalar.typed, from, range.start), positionIn(scalar.typed, to, range.start)]
  return { file, range: { start, end } }
}

/** Whether the value stands in the file as it is, so that an edit there changes this value and nothing else. */
export function isAsTyped(scalar: ScalarNode): boolean {
  return offsetsOf(scalar) !== undefined
}

function offsetsOf({ typed, value, source, quoted }: ScalarNode): readonly number[] | undefined {
  if (typed === undefined) return undefined
  return sourceOffsets(typed, typeof value === 'string' ? value : source, quoted)
}

/** `first` is the place of the text's first character. */
function positionIn(text: string, at: number, first: Position): Position {
  const before = text.slice(0, at)
  const breaks = before.split('\n').length - 1
  const column = breaks === 0 ? first.column + at : at - before.lastIndexOf('\n')
  return { line: first.line + breaks, column, offset: first.offset + at }
}

/**
 * For each UTF-16 unit of the value its offset in the typed text, and one more for the end. Undefined when the one is not
 * the value of the other.
 */
function sourceOffsets(typed: string, value: string, quoted: boolean): readonly number[] | undefined {
  const quote = quoted ? typed[0] : undefined
  if (quoted && BLOCK.test(typed)) return blockOffsets(typed, value)
  if (quoted && quote !== "'" && quote !== '"') return undefined
  const start = quoted ? 1 : 0
  const end = typed.length - start
  const offsets: number[] = []
  let at = start
  while (at < end) {
    const [taken, given] = stepAt(typed, at, quote)
    // What an escape or a fold gives was typed where that begins.
    for (let unit = 0; unit < given; unit += 1) offsets.push(taken === given ? at + unit : at)
    if (taken === given && taken === 1 && typed[at] !== value[offsets.length - 1]) return undefined
    at += taken
  }
  offsets.push(end)
  return offsets.length === value.length + 1 ? offsets : undefined
}

/** How many characters of the typed text are taken here, and how many of the value they give. */
function stepAt(typed: string, at: number, quote: string | undefined): Step {
  const blanks = match(BLANKS, typed, at) ?? ''
  if (blanks !== '') return [blanks.length, foldedLength(blanks)]
  if (quote === "'" && typed[at] === "'") return [2, 1]
  if (quote === '"' && typed[at] === '\\') return escapeAt(typed, at)
  return [1, 1]
}

/** Spaces within a line stay; one line end becomes a space; of several, each but the first becomes a line feed. */
function foldedLength(blanks: string): number {
  const breaks = blanks.split('\n').length - 1
  return breaks === 0 ? blanks.length : Math.max(1, breaks - 1)
}

function escapeAt(typed: string, at: number): Step {
  const gap = match(ESCAPED_BREAK, typed, at)
  if (gap !== undefined) return [gap.length, 0]
  const digits = HEX_DIGITS[typed[at + 1] ?? ''] ?? 0
  const code = Number.parseInt(typed.slice(at + 2, at + 2 + digits), 16)
  return [2 + digits, code > 0xffff ? 2 : 1]
}

/**
 * A block text has no escapes: what is not blank stands in it in the same order. A blank stands behind what is before it; one
 * that indents a line, before what is behind it.
 */
function blockOffsets(typed: string, value: string): readonly number[] | undefined {
  const places = inkOf(typed, typed.indexOf('\n') + 1)
  const ink = inkOf(value, 0)
  const isSame = ink.length === places.length && ink.every((at, index) => value[at] === typed[places[index] ?? 0])
  if (!isSame) return undefined
  const offsets = Array.from({ length: value.length + 1 }, () => typed.length)
  ink.forEach((at, index) => {
    const place = places[index] ?? typed.length
    offsets[at] = place
    spreadBlanks(offsets, { at, end: ink[index + 1] ?? value.length, place, next: places[index + 1] ?? typed.length })
  })
  const [first = value.length] = ink
  for (let at = 0; at < first; at += 1) offsets[at] = Math.max(0, (places[0] ?? typed.length) - (first - at))
  return offsets
}

function spreadBlanks(
  offsets: number[],
  { at, end, place, next }: Readonly<Record<'at' | 'end' | 'place' | 'next', number>>,
): void {
  for (let blank = at + 1; blank < end; blank += 1)
    offsets[blank] = Math.max(place + 1, Math.min(place + blank - at, next - (end - blank)))
}

/** Where the characters stand that are not blank. */
function inkOf(text: string, from: number): readonly number[] {
  const places: number[] = []
  for (let at = from; at < text.length; at += 1) if (!BLANK.test(text[at] ?? '')) places.push(at)
  return places
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
