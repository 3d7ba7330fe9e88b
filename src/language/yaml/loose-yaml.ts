/**
 * YAML that is being typed: keys and values with the place they have in the file, whatever else is wrong with it.
 *
 * For editors. It goes by indentation, brackets and quotes alone, reports nothing and never throws; where the file is sound
 * it sees what parseYaml sees, and it goes no deeper than that. A bracket or quote that is never closed ends where the lines
 * are indented as before it.
 */
import {
  BLANKS,
  COLON,
  DASH,
  FLOW_COLON,
  FLOW_PLAIN,
  isWithin,
  LINE_END,
  lineEnd,
  match,
  NOT_CONTENT,
  PLAIN,
  Signs,
  WHOLE_PLAIN,
  type Quote,
  type Scalar,
} from './loose-signs.ts'
import { YAML_LIMITS } from './limits.ts'

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
  readonly quote: Quote
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
  return text.length > YAML_LIMITS.octets ? [] : new LooseReader(text).read()
}

class LooseReader {
  readonly #signs: Signs
  readonly #marks: Mark[] = []
  readonly #levels: Level[] = []
  #isFirst = true

  constructor(text: string) {
    this.#signs = new Signs(text)
  }

  read(): readonly Mark[] {
    while (this.#signs.at < this.#signs.text.length) this.#line()
    return this.#marks
  }

  #line(): void {
    if (this.#signs.take(NOT_CONTENT)) return
    const column = this.#signs.take(BLANKS).length
    if (this.#signs.isAtEnd) {
      this.#signs.take(LINE_END)
      return
    }
    this.#isFirst = true
    while (this.#top && this.#top.style !== 'block' && column <= this.#top.column) this.#levels.pop()
    if (this.#isInFlow) this.#flow()
    else this.#block(column)
    this.#signs.at = lineEnd(this.#signs.text, this.#signs.at)
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
    while (this.#signs.take(DASH)) {
      this.#enter('seq', column)
      column += 1 + this.#signs.take(BLANKS).length
      if (this.#signs.isAtEnd) return
    }
    this.#node(column)
  }

  /** Ends what is indented more than this line, and a list that a key on its own column follows. */
  #leave(column: number): void {
    const isItem = match(DASH, this.#signs.text, this.#signs.at) !== ''
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
    if (this.#levels.length < YAML_LIMITS.depth) this.#levels.push(level)
    else this.#signs.at = this.#signs.text.length
    return level
  }

  /** The first node of a line: a key, if a colon follows. */
  #node(column: number): void {
    if (this.#beginsCollection()) return
    const from = this.#signs.at
    const scalar = this.#signs.scalar(PLAIN, this.#top?.column ?? -1)
    if (this.#signs.take(COLON)) {
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
    this.#signs.take(BLANKS)
    if (this.#signs.isAtEnd || this.#beginsCollection()) return
    this.#plainValue(this.#signs.at)
  }

  #plainValue(from: number): void {
    this.#signs.at = from
    const scalar = this.#signs.scalar(WHOLE_PLAIN, this.#top?.column ?? -1)
    this.#addValue(scalar)
  }

  /** A flow collection or a block text. */
  #beginsCollection(): boolean {
    const sign = this.#signs.text[this.#signs.at] ?? ''
    if (sign === '|' || sign === '>') {
      this.#blockText()
      return true
    }
    if (sign !== '{' && sign !== '[') return false
    this.#flow()
    return true
  }

  #blockText(): void {
    const start = this.#signs.at
    const column = this.#top?.column ?? -1
    let end = lineEnd(this.#signs.text, this.#signs.at)
    while (end < this.#signs.text.length && isWithin(this.#signs.text, end, column))
      end = lineEnd(this.#signs.text, end)
    this.#signs.at = end
    const typed = this.#signs.text.slice(start, end)
    this.#addValue({ text: typed, from: start, to: start + typed.trimEnd().length, quote: '' })
    this.#signs.at = Math.max(start, end - 1)
  }

  /** To the end of the line, or of the collection. */
  #flow(): void {
    do {
      this.#signs.take(BLANKS)
      if (this.#signs.isAtEnd) return
      this.#flowToken(this.#signs.text[this.#signs.at] ?? '')
    } while (this.#isInFlow)
  }

  #flowToken(sign: string): void {
    if (sign === '{' || sign === '[') {
      const { column = -1 } = this.#top ?? {}
      this.#signs.at += 1
      this.#push(sign === '{' ? 'map' : 'seq', 'flow', column)
    } else if (sign === '}' || sign === ']') {
      this.#signs.at += 1
      this.#leavePair()
      this.#levels.pop()
    } else if (sign === ',') this.#nextItem()
    else this.#flowScalar()
  }

  #leavePair(): void {
    if (this.#top?.style === 'pair') this.#levels.pop()
  }

  #nextItem(): void {
    this.#signs.at += 1
    this.#leavePair()
    const top = this.#top
    if (!top) return
    top.index += 1
    top.key = undefined
    top.value = undefined
  }

  #flowScalar(): void {
    const scalar = this.#signs.scalar(FLOW_PLAIN, this.#top?.column ?? -1)
    const isKey =
      this.#signs.take(FLOW_COLON) !== '' ||
      (scalar.quote !== '' && this.#signs.text[this.#signs.at] === ':' && this.#skip())
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
    this.#signs.at += 1
    return true
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
}
