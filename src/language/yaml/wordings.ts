/** The parser's errors, one by one, as an admin would say them: what stands there, and what to type instead. */
import type { Finding, Fix } from '../diagnostic.ts'
import { fixOf, replace } from '../fix.ts'
import type { SourceText } from '../source-text.ts'
import { inQuotes, quoted, shown } from './quote.ts'

/** The parser's own finding; its message tells the cases of one code apart and is shown to nobody. */
export interface SyntaxError {
  readonly code: string
  readonly message: string
  readonly pos: readonly [number, number]
}

export interface Wording extends Omit<Finding, 'code' | 'at'> {
  /** Offsets: the smallest wrong place. */
  readonly from: number
  readonly to: number
}

/** The error, and what stands at its place: from the first character on, to the end of the line or a comment. */
interface Place {
  readonly from: number
  readonly to: number
  readonly word: string
  readonly source: SourceText
}

type Reword = (place: Place) => Wording

/** The first pattern found in `CODE message` says which words fit. */
const WORDINGS: readonly (readonly [pattern: RegExp, reword: Reword])[] = [
  [/^BAD_DQ_ESCAPE/, badEscape],
  [/^BLOCK_AS_IMPLICIT_KEY/, nestedKey],
  [/^BLOCK_IN_FLOW/, (place) => nestedKey(inFlow(place))],
  [/^BAD_INDENT/, badIndentation],
  [/^UNEXPECTED_TOKEN .*block-seq-ind on same line/, listOnKeyLine],
  [/^UNEXPECTED_TOKEN .*flow-(?:map|seq|error)-end/, strayBracket],
  [/^UNEXPECTED_TOKEN Unexpected (?:,|empty item)/, strayComma],
  [/^UNEXPECTED_TOKEN Block scalar header/, blockHeader],
  [/^UNEXPECTED_TOKEN .*at node end/, afterValue],
  [/^MISSING_CHAR Implicit map keys/, missingColon],
  [/^MISSING_CHAR Missing ,/, missingComma],
  [/^MULTILINE_IMPLICIT_KEY/, notAKey],
  [/^BAD_SCALAR_START/, badStart],
]

export function reword({ code, message, pos }: SyntaxError, source: SourceText): Wording {
  const words = WORDINGS.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1] ?? unreadable
  return words(placeAt(pos[0], source))
}

const LONGEST = 200

function placeAt(offset: number, source: SourceText): Place {
  const rest = source.text.slice(offset, offset + LONGEST)
  const blank = /^[ \t]*/.exec(rest)?.[0].length ?? 0
  const line = /^[^\r\n]*/.exec(rest.slice(blank))?.[0] ?? ''
  const word = line.replace(/\s+#.*$/, '').trimEnd()
  return { from: offset + blank, to: offset + blank + Math.max(1, word.length), word, source }
}

/** Inside `[ ]` and `{ }` a text ends before a comma or bracket. */
function inFlow(place: Place): Place {
  const word = /^[^,\]}]*/.exec(place.word)?.[0].trimEnd() ?? ''
  return { ...place, word, to: place.from + Math.max(1, word.length) }
}

function badEscape({ from, source }: Place): Wording {
  const escape = source.text.slice(from, from + 2)
  const line = source.lineText(source.positionAt(from).line)
  const before = line.lastIndexOf('"', source.positionAt(from).column - 2)
  const inner = before < 0 ? undefined : /^"((?:[^"\\]|\\.)*)"/.exec(line.slice(before))?.[1]
  const meant = inner?.replaceAll('\\\\', '\\')
  const start = source.lineStart(source.positionAt(from).line) + before
  const whole = source.span(start, start + (inner?.length ?? 0) + 2)
  return {
    from,
    to: from + 2,
    message: `\`${escape}\` means nothing in double quotes`,
    label: 'unknown escape',
    help: `in single quotes a backslash is just a backslash${meant === undefined ? '' : `: ${quoted(meant)}`}`,
    fixes: meant === undefined ? [] : fixOf('write single quotes', 'unsafe', replace(whole, inQuotes(meant))),
  }
}

/** `a: foo: bar`, or a line that is indented below a key that has its value already. */
function nestedKey(place: Place): Wording {
  if (place.word.startsWith('- ')) return listOnKeyLine(place)
  const colon = /:(?=\s|$)/.exec(place.word)
  if (!colon) return deeper(place)
  return {
    from: place.from,
    to: place.to,
    message: `\`${shown(place.word)}\` holds \`: \`, which begins a map`,
    label: 'a second `: ` on this line',
    help: `if it is a text, quote it: ${quoted(place.word)}\nif it is a map, begin it on the next line, indented`,
    fixes: quotingOf(place),
  }
}

/** What is longer than what was looked at, or holds quotes already, is left alone. */
function quotingOf({ from, to, word, source }: Place): readonly Fix[] {
  if (word.length > LONGEST / 2 || /^["'&*!|>]/.test(word)) return []
  return fixOf('quote it', 'unsafe', replace(source.span(from, to), inQuotes(word)))
}

function deeper({ to, source }: Place): Wording {
  const below = placeAt(source.lineStart(source.positionAt(to).line + 1), source)
  return {
    from: below.from,
    to: below.to,
    message: `\`${shown(below.word)}\` stands below a key that has its value already`,
    label: 'indented too far',
    help: 'give it the indentation of the key above, or quote the value if it goes on here',
  }
}

function badIndentation({ from, to, source }: Place): Wording {
  const { column } = source.positionAt(from)
  return {
    from,
    to,
    message: 'this line is not indented like the ones it belongs to',
    label: column === 1 ? 'starts without spaces' : `starts with ${column - 1} ${column === 2 ? 'space' : 'spaces'}`,
    help: 'give all keys of a map, and all entries of a list, the same number of spaces',
  }
}

function listOnKeyLine({ from, to, word }: Place): Wording {
  return {
    from,
    to,
    message: 'a list cannot begin on the line of its key',
    label: 'belongs on the next line',
    help: `put \`${shown(word)}\` on a line of its own, or write \`[${shown(word.replace(/^-\s*/, ''))}]\`; a text needs quotes: ${quoted(word)}`,
  }
}

function strayBracket({ from, word }: Place): Wording {
  const bracket = word[0] ?? ''
  return {
    from,
    to: from + 1,
    message: `\`${bracket}\` closes nothing`,
    label: 'nothing is open here',
    help: 'delete it; a text that begins with it needs quotes',
  }
}

function strayComma({ from }: Place): Wording {
  return {
    from,
    to: from + 1,
    message: 'nothing stands before this `,`',
    label: 'an empty entry',
    help: 'delete it; a text that begins with `,` needs quotes',
  }
}

function blockHeader({ from, to, source }: Place): Wording {
  const before = source.text.slice(Math.max(0, from - LONGEST), from)
  const start = from - (before.length - Math.max(before.lastIndexOf('|'), before.lastIndexOf('>')))
  return {
    from: start,
    to,
    message: `\`${source.text[start]}\` begins a text on the lines below; nothing may follow it`,
    label: 'not read as a value',
    help: `quote it: ${quoted(source.text.slice(start, to))}`,
  }
}

const INSIDE: Readonly<Partial<Record<string, string>>> = {
  "'": "a quote inside single quotes is written twice: `''`",
  '"': 'a quote inside double quotes is written `\\"`',
}

function afterValue(place: Place): Wording {
  const { from, to, word, source } = place
  if (source.lineText(source.positionAt(from).line).trimStart().startsWith(word)) return badIndentation(place)
  const before =
    source.text
      .slice(Math.max(0, from - LONGEST), from)
      .trimEnd()
      .at(-1) ?? ''
  return {
    from,
    to,
    message: `\`${shown(word)}\` stands behind a value that has ended`,
    label: 'one value too many',
    help: INSIDE[before] ?? 'if all of it is one text, put quotes around the whole',
  }
}

function missingColon({ from, to, word }: Place): Wording {
  const glued = /^([^\s:]+):(\S.*)$/.exec(word)
  return {
    from,
    to,
    message: `\`${shown(word)}\` is not a key with a value`,
    label: glued ? 'no space behind the `:`' : 'no `:` behind it',
    help: glued
      ? `write \`${shown(glued[1] ?? '')}: ${shown(glued[2] ?? '')}\``
      : 'write `key: value`; to go on with a text from the line above, quote that text',
  }
}

function notAKey(place: Place): Wording {
  const { from, to, word } = place
  if (!word.startsWith('-')) return missingColon(place)
  return {
    from,
    to,
    message: `\`${shown(word)}\` stands where a key is wanted`,
    label: 'a list entry',
    help: 'indent it below the key it belongs to',
  }
}

function missingComma({ from, to, word }: Place): Wording {
  return {
    from,
    to,
    message: `\`${shown(word)}\` is not separated from what stands before it`,
    label: 'no `,` before it',
    help: 'put a `,` between entries; inside `[ ]` and `{ }`, quote a text that holds one of these: `: , [ ] { }`',
  }
}

function badStart({ from, to, word }: Place): Wording {
  return {
    from,
    to,
    message: `\`${shown(word)}\` begins with \`${word[0]}\`, which means something else in YAML`,
    label: 'needs quotes',
    help: `quote it: ${quoted(word)}`,
  }
}

function unreadable({ from, to }: Place): Wording {
  return {
    from,
    to,
    message: 'YAML cannot read this line from here on',
    label: 'unexpected',
    help: 'put quotes around a text that holds one of these: `: # { } [ ] , & * ! | > \' " % @`, or a backquote',
  }
}
