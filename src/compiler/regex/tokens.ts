/**
 * Regular expressions cut into tokens, so that a fault has a place and a literal can be told from a pattern.
 *
 * The syntax is RE2's (https://github.com/google/re2/wiki/Syntax) and, for what is refused with a word of help, Perl's.
 */
export interface Token {
  readonly kind:
    | 'literal'
    | 'escape'
    | 'quote'
    | 'open'
    | 'flags'
    | 'close'
    | 'class'
    | 'member'
    | 'end-class'
    | Operator
  readonly offset: number
  readonly text: string
  /** Groups open behind this token. */
  readonly depth: number
  readonly inClass: boolean
}
type Operator = 'repeat' | 'bar' | 'begin' | 'finish' | 'any'

export interface Scan {
  readonly tokens: readonly Token[]
  /** The innermost `(` or `[` that is never closed. */
  readonly unclosed: Token | undefined
  /** The first `)` that closes nothing. */
  readonly unopened: Token | undefined
}

const ESCAPE = String.raw`\\(?:[pPx]\{[^}]*\}?|x[0-9a-fA-F]{2}|[kg](?:<[^>]*>|\{[^}]*\})|[0-9]+|[\s\S])?`
const QUOTE = String.raw`\\Q[\s\S]*?(?:\\E|$)`
const GROUP = String.raw`\((?:\?(?:#[^)]*\)?|<[=!]|P?<[^>)]*>?|P[=>&]|[+-]?\d+\)?|[\^a-zA-Z-]*[:)]|[\^a-zA-Z-]+|[\s\S])?)?`
const REPEAT = String.raw`(?:[*+?]|\{\d+(?:,\d*)?\})[+?]?`
const OUTSIDE = new RegExp(`${QUOTE}|${ESCAPE}|${GROUP}|${REPEAT}|\\[\\^?\\]?|[\\s\\S]`, 'uy')
const INSIDE = new RegExp(`\\[:[^:\\]]*:\\]|${ESCAPE}|[\\s\\S]`, 'uy')

const OPERATORS: ReadonlyMap<string, Token['kind']> = new Map([
  [')', 'close'],
  ['|', 'bar'],
  ['^', 'begin'],
  ['$', 'finish'],
  ['.', 'any'],
])

export function scanRegex(pattern: string): Scan {
  const tokens: Token[] = []
  const open: Token[] = []
  let unopened: Token | undefined
  for (let offset = 0, inClass = false; offset < pattern.length; ) {
    const text = tokenAt(pattern, offset, inClass)
    const kind: Token['kind'] = inClass ? memberKind(text) : kindOf(text)
    const closes = kind === 'close' || kind === 'end-class'
    const isLoose = closes && open.pop() === undefined
    inClass = kind === 'class' || kind === 'member'
    const token: Token = { kind, offset, text, depth: groupsIn(open) + (kind === 'open' ? 1 : 0), inClass }
    tokens.push(token)
    if (isLoose) unopened ??= token
    if (kind === 'open' || kind === 'class') open.push(token)
    offset += text.length
  }
  return { tokens, unclosed: open.at(-1), unopened }
}

/** A class is the innermost of what is open: nothing opens in it. */
function groupsIn(open: readonly Token[]): number {
  return open.length - (open.at(-1)?.kind === 'class' ? 1 : 0)
}

function tokenAt(pattern: string, offset: number, inClass: boolean): string {
  const shape = inClass ? INSIDE : OUTSIDE
  shape.lastIndex = offset
  return shape.exec(pattern)?.[0] ?? pattern.slice(offset)
}

function memberKind(text: string): Token['kind'] {
  return text === ']' ? 'end-class' : 'member'
}

function kindOf(text: string): Token['kind'] {
  if (text.startsWith('\\')) return text.startsWith('\\Q') ? 'quote' : 'escape'
  if (text.startsWith('(')) return text.length > 1 && text.endsWith(')') ? 'flags' : 'open'
  if (text.startsWith('[')) return 'class'
  if (text !== '{' && /^[*+?{]/.test(text)) return 'repeat'
  return OPERATORS.get(text) ?? 'literal'
}
