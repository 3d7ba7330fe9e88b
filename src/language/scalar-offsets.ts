/** Where each character of a scalar's value was typed: the way back through quotes, escapes and line folding (YAML 1.2, section 7.3). */

/** An escape in double quotes, by what follows the backslash, to the number of characters behind that. */
const HEX_DIGITS: Readonly<Partial<Record<string, number>>> = { x: 2, u: 4, U: 8 }
const BLANKS = /[ \t]*(?:\r?\n[ \t]*)*/y
const ESCAPED_BREAK = /\\\r?\n[ \t]*/y

type Step = readonly [taken: number, given: number]

/**
 * For each UTF-16 unit of the value its offset in the typed text, and one more for the end. Undefined for block texts,
 * and whenever the count does not come out.
 */
export function sourceOffsets(typed: string, value: string, quoted: boolean): readonly number[] | undefined {
  const quote = quoted ? typed[0] : undefined
  if (quoted && quote !== "'" && quote !== '"') return undefined
  const start = quoted ? 1 : 0
  const end = typed.length - start
  const offsets: number[] = []
  let at = start
  while (at < end) {
    const [taken, given] = stepAt(typed, at, quote)
    // What an escape or a fold gives was typed where that begins.
    for (let unit = 0; unit < given; unit += 1) offsets.push(taken === given ? at + unit : at)
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

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
