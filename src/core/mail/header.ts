/**
 * Header fields (RFC 5322 section 2.2): raw octets beside the unfolded value.
 *
 * `makeField` is the only way to a new field; it is where CR, LF and NUL of attackers' text end.
 */
import { decode } from './decode.ts'
import { encodeWords } from './encoded-word.ts'

export { headerDate } from './header-date.ts'

export interface HeaderField {
  /** As written; `''` for a line that is no field. */
  readonly name: string
  /** Lower case, for comparison. */
  readonly key: string
  /** Unfolded and trimmed; octets above 127 as UTF-8 where they are, else as Latin-1. */
  readonly value: string
  /** With its CRLF. */
  readonly raw: Buffer
}

const CRLF = Buffer.from('\r\n')
const SPACE = 32
const TAB = 9

/** Every octet is in the raw text of one field; lines that are no field are fields without a name. */
export function* parseHeader(octets: Buffer): Generator<HeaderField> {
  for (let start = 0; start < octets.length; ) {
    const end = fieldEnd(octets, start)
    yield toField(octets.subarray(start, end))
    start = end
  }
}

/** How many fields there are, at less cost than parsing them. */
export function countFields(octets: Buffer): number {
  let count = 0
  for (let start = 0; start < octets.length; start = fieldEnd(octets, start)) count += 1
  return count
}

/** Goes on over lines that begin with white space. */
function fieldEnd(octets: Buffer, start: number): number {
  for (let at = start; ; ) {
    const found = octets.indexOf(CRLF, at)
    if (found < 0) return octets.length
    at = found + CRLF.length
    if (octets[at] !== SPACE && octets[at] !== TAB) return at
  }
}

/** RFC 5322 section 4.5.8 lets white space stand before the colon. */
const NAME = /^([!-9;-~]+)[ \t]*:/

function toField(raw: Buffer): HeaderField {
  const text = decode(raw)
  const start = NAME.exec(text)
  const name = start?.[1] ?? ''
  const value = trim(text.slice(start?.[0].length ?? 0).replaceAll('\r\n', ''))
  return { name, key: name.toLowerCase(), value, raw }
}

/** Of spaces, tabs and line ends only: other white space is text. */
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start += 1
  while (end > start && isBlank(text[end - 1])) end -= 1
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n'
}

const FIELD_NAME = /^[!-9;-~]{1,76}$/

/** RFC 5322 section 2.2, short enough for one line. */
export function isFieldName(name: string): boolean {
  return FIELD_NAME.test(name)
}

/**
 * A field to add to a message: one line of meaning, folded at 78 octets where it has white space, other than ASCII in
 * encoded words (RFC 2047). Control characters become spaces. Throws a RangeError for a name that is none.
 */
export function makeField(name: string, value: string): HeaderField {
  if (!isFieldName(name)) throw new RangeError('a header field name is 1 to 76 printable characters without colon')
  const clean = trim(cleanText(value))
  const raw = Buffer.from(`${fold(`${name}:`, encodeWords(clean))}\r\n`, 'latin1')
  return { name, key: name.toLowerCase(), value: clean, raw }
}

const CONTROLS = /(?:(?!\t)[\p{Cc}\p{Zl}\p{Zp}])+/gu

/** Long white space could become a line of nothing else, which ends the header for some readers. */
function cleanText(value: string): string {
  return value
    .toWellFormed()
    .replace(CONTROLS, ' ')
    .replace(/[ \t]{60,}/g, ' ')
}

const LINE_LENGTH = 78

/** Lines break before white space, which stays: unfolding gives back the value. */
function fold(start: string, words: readonly string[]): string {
  const lines: string[] = []
  let line = start
  for (const word of words) {
    const blank = /^[ \t]/.test(word) ? '' : ' '
    if (line !== start && line.length + word.length > LINE_LENGTH) {
      lines.push(line)
      line = ''
    }
    line += blank + word
  }
  return [...lines, line].join('\r\n')
}
