/** The signs that YAML is made of, one at a place of a text: for reading YAML that is being typed. */

export type Quote = '' | '"' | "'"

export const BLANKS = /[ \t]*/y
export const DASH = /-(?=[ \t\r\n]|$)/y
export const COLON = /[ \t]*:(?=[ \t\r\n]|$)/y
export const FLOW_COLON = /[ \t]*:(?=[ \t\r\n,[\]{}]|$)/y
export const LINE_END = /(?:#.*)?\r?(?:\n|$)/y
/** A blank counts when neither a comment nor the end comes behind it. */
export const PLAIN = /(?:[^ \t\r\n:#]|:(?![ \t\r\n]|$)|(?<=[^ \t\r\n])#|[ \t]+(?![ \t\r\n#]|$|:(?:[ \t\r\n]|$)))+/y
export const WHOLE_PLAIN = /(?:[^ \t\r\n#]|(?<=[^ \t\r\n])#|[ \t]+(?![ \t\r\n#]|$))+/y
export const FLOW_PLAIN =
  /(?:[^ \t\r\n:#,[\]{}]|:(?![ \t\r\n,[\]{}]|$)|(?<=[^ \t\r\n,[\]{}])#|[ \t]+(?![ \t\r\n#,[\]{}]|$|:(?:[ \t\r\n]|$)))+/y
const DOUBLE = /"(?:[^"\\]|\\[^])*"/y
const SINGLE = /'(?:[^']|'')*'/y
export const NOT_CONTENT = /(?:---|\.\.\.|%.*)[ \t\r]*(?:\n|$)/y

export interface Scalar {
  readonly text: string
  readonly from: number
  readonly to: number
  readonly quote: Quote
}

/** A text, and how far it has been read. */
export class Signs {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  /** Never empty: a sign that begins no scalar is one by itself. */
  scalar(plain: RegExp, column: number): Scalar {
    const sign = this.text[this.at]
    if (sign === '"' || sign === "'") return this.#quoted(sign, column)
    const from = this.at
    const text = this.take(plain).trimEnd()
    this.at = from + Math.max(1, text.length)
    return { text: text === '' ? this.text.slice(from, this.at) : text, from, to: this.at, quote: '' }
  }

  #quoted(quote: '"' | "'", column: number): Scalar {
    const from = this.at + 1
    const whole = match(quote === '"' ? DOUBLE : SINGLE, this.text, this.at)
    const isClosed = whole !== '' && staysWithin(whole, this.text, this.at, column)
    const to = isClosed ? this.at + whole.length - 1 : lineEnd(this.text, this.at, false)
    this.at = isClosed ? to + 1 : to
    return { text: unquoted(this.text.slice(from, to), quote), from, to, quote }
  }

  get isAtEnd(): boolean {
    return match(LINE_END, this.text, this.at) !== '' || this.at >= this.text.length
  }

  take(pattern: RegExp): string {
    const found = match(pattern, this.text, this.at)
    this.at += found.length
    return found
  }
}

export function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** Behind the line break, or before it. */
export function lineEnd(text: string, at: number, isBehind = true): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + (isBehind ? 1 : 0)
}

/** Whether the line that begins here is blank, or indented more than this column. */
export function isWithin(text: string, start: number, column: number): boolean {
  const indentation = match(BLANKS, text, start).length
  const sign = text[start + indentation]
  return sign === '\n' || sign === '\r' || sign === undefined || indentation > column
}

/** Whether all lines of a quoted text belong to it by their indentation. */
function staysWithin(quoted: string, text: string, at: number, column: number): boolean {
  const breaks = Array.from(quoted.matchAll(/\n/g), ({ index }) => at + index + 1)
  return breaks.every((start) => isWithin(text, start, column))
}

function unquoted(text: string, quote: '"' | "'"): string {
  return quote === "'" ? text.replaceAll("''", "'") : text.replaceAll(/\\(["\\/])/g, '$1')
}
