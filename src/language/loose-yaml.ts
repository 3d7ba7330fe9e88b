/**
 * YAML that is being typed: keys and values with the place they have in the file, whatever else is wrong with it.
 *
 * For editors. It goes by indentation, brackets and quotes alone, reports nothing and never throws; where the file is sound
 * it sees what parseYaml sees. A bracket or quote that is never closed ends where the lines are indented as before it.
 */

/** Keys, and the numbers of list items from 0, from the root of the file down. */
export type Path = readonly (string | number)[]

/** A key or a scalar. Of a key the path leads to its map, of a value to the value itself. */
export interface Mark {
  readonly role: 'key' | 'value'
  readonly path: Path
  /** Without quotes; escapes other than those of quotes and backslashes stay. */
  readonly text: string
  /** Offsets of what was typed between the quotes, if there are any. */
  readonly from: number
  readonly to: number
  readonly quote: '' | '"' | "'"
  /** Nothing but indentation and dashes is before it on its line, so a map could begin here. */
  readonly isFirst: boolean
  readonly isBlock: boolean
}

interface Level {
  readonly kind: 'map' | 'seq'
  readonly style: 'block' | 'flow' | 'pair'
  /** Of a block collection its own; of a flow collection what its lines are indented more than. */
  readonly column: number
  readonly path: Path
  /** The key whose value is due. */
  key: string | undefined
  /** The item that is due. */
  index: number
  /** The last value, as long as the next line may go on with it. */
  value: number | undefined
}

export function looseMarks(text: string): readonly Mark[] {
  return new LooseReader(text).read()
}

const BLANKS = /[ \t]*/y
const DASH = /-(?=[ \t\r\n]|$)/y
const COLON = /[ \t]*:(?=[ \t\r\n]|$)/y
const FLOW_COLON = /[ \t]*:(?=[ \t\r\n,[\]{}]|$)/y
const LINE_END = /(?:#.*)?\r?(?:\n|$)/y
/** A blank counts when neither a comment nor the end comes behind it. */
const PLAIN = /(?:[^ \t\r\n:#]|:(?![ \t\r\n]|$)|(?<=[^ \t\r\n])#|[ \t]+(?![ \t\r\n#]|$|:(?:[ \t\r\n]|$)))+/y
const WHOLE_PLAIN = /(?:[^ \t\r\n#]|(?<=[^ \t\r\n])#|[ \t]+(?![ \t\r\n#]|$))+/y
const FLOW_PLAIN =
  /(?:[^ \t\r\n:#,[\]{}]|:(?![ \t\r\n,[\]{}]|$)|(?<=[^ \t\r\n,[\]{}])#|[ \t]+(?![ \t\r\n#,[\]{}]|$|:(?:[ \t\r\n]|$)))+/y
const DOUBLE = /"(?:[^"\\]|\\[^])*"/y
const SINGLE = /'(?:[^']|'')*'/y
const NOT_CONTENT = /(?:---|\.\.\.|%.*)[ \t\r]*(?:\n|$)/y

class LooseReader {
  readonly #text: string
  readonly #marks: Mark[] = []
  readonly #levels: Level[] = []
  #at = 0
  #isFirst = true

  constructor(text: string) {
    this.#text = text
  }

  read(): readonly Mark[] {
    while (this.#at < this.#text.length) this.#line()
    return this.#marks
  }

  #line(): void {
    if (this.#take(NOT_CONTENT)) return
    const column = this.#take(BLANKS).length
    if (this.#isAtEnd()) {
      this.#take(LINE_END)
      return
    }
    this.#isFirst = true
    while (this.#top && this.#top.style !== 'block' && column <= this.#top.column) this.#levels.pop()
    if (this.#isInFlow) this.#flow()
    else this.#block(column)
    this.#at = lineEnd(this.#text, this.#at)
  }

  get #top(): Level | undefined {
    return this.#levels.at(-1)
  }

  get #isInFlow(): boolean {
    return this.#top !== undefined && this.#top.style !== 'block'
  }

  /** Where a value would stand now. */
  get #path(): Path {
    const top = this.#top
    if (!top) return []
    const step = top.kind === 'seq' ? top.index : top.key
    return step === undefined ? top.path : [...top.path, step]
  }

  #block(start: number): void {
    this.#leave(start)
    let column = start
    while (this.#take(DASH)) {
      this.#enter('seq', column)
      column += 1 + this.#take(BLANKS).length
      if (this.#isAtEnd()) return
    }
    this.#node(column)
  }

  /** Ends what is indented more than this line, and a list that a key on its own column follows. */
  #leave(column: number): void {
    const isItem = match(DASH, this.#text, this.#at) !== ''
    for (let top = this.#top; top; top = this.#top) {
      const isOver = top.column > column || (top.kind === 'seq' && top.column === column && !isItem)
      if (!isOver) return
      this.#levels.pop()
    }
  }

  /** Goes on with the collection of this column, or begins one. */
  #enter(kind: Level['kind'], column: number): Level {
    const top = this.#top
    if (top?.kind === kind && top.column === column && top.style === 'block') {
      top.index += 1
      top.value = undefined
      return top
    }
    return this.#push(kind, 'block', column)
  }

  #push(kind: Level['kind'], style: Level['style'], column: number): Level {
    const level = { kind, style, column, path: this.#path, key: undefined, index: 0, value: undefined }
    this.#levels.push(level)
    return level
  }

  /** The first node of a line: a key, if a colon follows. */
  #node(column: number): void {
    if (this.#beginsCollection()) return
    const from = this.#at
    const scalar = this.#scalar(PLAIN, this.#top?.column ?? -1)
    if (this.#take(COLON)) {
      const map = this.#enter('map', column)
      this.#mark('key', map.path, scalar)
      map.key = scalar.text
      this.#isFirst = false
      this.#valueBehind()
      return
    }
    if (this.#top?.kind === 'map' && this.#top.column === column && this.#top.style === 'block')
      this.#mark('key', this.#top.path, scalar)
    else this.#plainValue(from)
  }

  /** What stands behind a key on its line. */
  #valueBehind(): void {
    this.#take(BLANKS)
    if (this.#isAtEnd() || this.#beginsCollection()) return
    this.#plainValue(this.#at)
  }

  #plainValue(from: number): void {
    this.#at = from
    const scalar = this.#scalar(WHOLE_PLAIN, this.#top?.column ?? -1)
    this.#addValue(scalar)
  }

  /** A flow collection or a block text. */
  #beginsCollection(): boolean {
    const sign = this.#text[this.#at] ?? ''
    if (sign === '|' || sign === '>') {
      this.#blockText()
      return true
    }
    if (sign !== '{' && sign !== '[') return false
    this.#flow()
    return true
  }

  #blockText(): void {
    const start = this.#at
    const column = this.#top?.column ?? -1
    let end = lineEnd(this.#text, this.#at)
    while (end < this.#text.length && isWithin(this.#text, end, column)) end = lineEnd(this.#text, end)
    this.#at = end
    const typed = this.#text.slice(start, end)
    this.#addValue({ text: typed, from: start, to: start + typed.trimEnd().length, quote: '' })
    this.#at = Math.max(start, end - 1)
  }

  /** To the end of the line, or of the collection. */
  #flow(): void {
    do {
      this.#take(BLANKS)
      if (this.#isAtEnd()) return
      this.#flowToken(this.#text[this.#at] ?? '')
    } while (this.#isInFlow)
  }

  #flowToken(sign: string): void {
    if (sign === '{' || sign === '[') {
      const { column = -1 } = this.#top ?? {}
      this.#at += 1
      this.#push(sign === '{' ? 'map' : 'seq', 'flow', column)
    } else if (sign === '}' || sign === ']') {
      this.#at += 1
      this.#leavePair()
      this.#levels.pop()
    } else if (sign === ',') this.#nextItem()
    else this.#flowScalar()
  }

  #leavePair(): void {
    if (this.#top?.style === 'pair') this.#levels.pop()
  }

  #nextItem(): void {
    this.#at += 1
    this.#leavePair()
    const top = this.#top
    if (!top) return
    top.index += 1
    top.key = undefined
    top.value = undefined
  }

  #flowScalar(): void {
    const scalar = this.#scalar(FLOW_PLAIN, this.#top?.column ?? -1)
    const isKey = this.#take(FLOW_COLON) !== '' || (scalar.quote !== '' && this.#text[this.#at] === ':' && this.#skip())
    const map = this.#top?.kind === 'map' ? this.#top : undefined
    if (isKey && !map) this.#pair(scalar)
    else if (map && map.key === undefined) {
      this.#mark('key', map.path, scalar)
      if (isKey) map.key = scalar.text
    } else this.#addValue(scalar)
  }

  /** `[a: b]` is a list of a map. */
  #pair(scalar: Scalar): void {
    const map = this.#push('map', 'pair', this.#top?.column ?? -1)
    this.#mark('key', map.path, scalar)
    map.key = scalar.text
  }

  #skip(): true {
    this.#at += 1
    return true
  }

  /** Never empty: a sign that begins no scalar is one by itself. */
  #scalar(plain: RegExp, column: number): Scalar {
    const sign = this.#text[this.#at]
    if (sign === '"' || sign === "'") return this.#quoted(sign, column)
    const from = this.#at
    const text = this.#take(plain).trimEnd()
    this.#at = from + Math.max(1, text.length)
    return { text: text === '' ? this.#text.slice(from, this.#at) : text, from, to: this.#at, quote: '' }
  }

  #quoted(quote: '"' | "'", column: number): Scalar {
    const from = this.#at + 1
    const whole = match(quote === '"' ? DOUBLE : SINGLE, this.#text, this.#at)
    const isClosed = whole !== '' && staysWithin(whole, this.#text, this.#at, column)
    const to = isClosed ? this.#at + whole.length - 1 : lineEnd(this.#text, this.#at, false)
    this.#at = isClosed ? to + 1 : to
    return { text: unquoted(this.#text.slice(from, to), quote), from, to, quote }
  }

  /** Goes on with the text of the line before, where there is one. */
  #addValue(scalar: Scalar): void {
    const top = this.#top
    const before = top?.value === undefined ? undefined : this.#marks[top.value]
    if (top?.value !== undefined && before) {
      this.#marks[top.value] = { ...before, to: scalar.to, text: `${before.text} ${scalar.text}` }
      return
    }
    if (top) top.value = this.#marks.length
    this.#mark('value', this.#path, scalar)
  }

  #mark(role: Mark['role'], path: Path, scalar: Scalar): void {
    this.#marks.push({ role, path, ...scalar, isFirst: this.#isFirst, isBlock: !this.#isInFlow })
  }

  #isAtEnd(): boolean {
    return match(LINE_END, this.#text, this.#at) !== '' || this.#at >= this.#text.length
  }

  #take(pattern: RegExp): string {
    const found = match(pattern, this.#text, this.#at)
    this.#at += found.length
    return found
  }
}

interface Scalar {
  readonly text: string
  readonly from: number
  readonly to: number
  readonly quote: Mark['quote']
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** Behind the line break, or before it. */
function lineEnd(text: string, at: number, isBehind = true): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + (isBehind ? 1 : 0)
}

/** Whether the line that begins here is blank, or indented more than this column. */
function isWithin(text: string, start: number, column: number): boolean {
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
