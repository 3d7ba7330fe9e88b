/**
 * `postern fmt`: one layout for YAML files, made on the level of tokens: order, comments, quotes and line breaks stay as
 * they were written, and the file means what it meant.
 *
 * Two columns for each level, lists in maps indented too; one space behind `:`, `-` and `,`; `{ a: b }` and `[a, b]`; no
 * trailing blanks, one empty line at most, one line end at the end. Texts are never folded. A file with a mistake is not
 * touched: the mistake is reported.
 */
import { type CST, Parser } from 'yaml'
import type { Report } from '../diagnostic.ts'
import { SheetOfLines } from './sheet.ts'
import { parseYaml } from './parse.ts'

/** Columns of a level. */
const STEP = 2

/** Undefined when the file cannot be read; then an error was reported. */
export function layOut(text: string, file: string, report: Report): string | undefined {
  const before = report.errors
  if (!parseYaml(text, file, report) || report.errors > before) return undefined
  const plain = text.replaceAll('\r\n', '\n')
  const layout = new Layout(plain)
  for (const token of new Parser().parse(plain)) layout.write(token, 0)
  return layout.text()
}

/** A block collection as it was indented and as it is now. */
interface Level {
  readonly was: number
  readonly is: number
}

class Layout {
  readonly #source: string
  readonly #sheet = new SheetOfLines()
  readonly #levels: Level[] = []

  constructor(source: string) {
    this.#source = source
  }

  text(): string {
    return this.#sheet.text()
  }

  /** `column` is that of the collection the token is in. */
  write(token: CST.Token, column: number): void {
    if (token.type === 'document') this.#document(token)
    else if (token.type === 'block-map' || token.type === 'block-seq') this.#collection(token, column)
    else if (token.type === 'flow-collection') this.#flow(token, column)
    else if (token.type === 'block-scalar') this.#block(token, column)
    else if ('source' in token) this.#leaf(token, column)
  }

  #document({ start, value, end = [] }: CST.Document): void {
    this.#all(start, 0)
    if (value) this.write(value, 0)
    this.#all(end, 0)
  }

  #all(tokens: readonly CST.Token[], column: number): void {
    for (const token of tokens) this.write(token, column)
  }

  #collection({ items, indent }: CST.BlockMap | CST.BlockSequence, column: number): void {
    this.#levels.push({ was: indent, is: column })
    for (const { start, key, sep = [], value } of items) {
      this.#all(start, column)
      if (key) this.write(key, column)
      this.#all(sep, column + STEP)
      if (value) this.#value(value, column)
    }
    this.#levels.pop()
  }

  #value(value: CST.Token, column: number): void {
    const deeper = isBlock(value) || (this.#sheet.isAtStart && value.type !== 'block-scalar')
    this.write(value, deeper ? column + STEP : column)
  }

  #flow({ start, items, end }: CST.FlowCollection, column: number): void {
    const [closing, ...rest] = end
    this.#sheet.put(start.source, column)
    const space = start.type === 'flow-map-start' && items.length > 0 ? ' ' : ''
    this.#sheet.gap = space
    for (const item of items) this.#inner(item, column + STEP)
    this.#sheet.gap = space
    if (closing) this.#sheet.put(closing.source, column)
    this.#all(rest, column)
  }

  #inner({ start, key, sep = [], value }: CST.CollectionItem, column: number): void {
    this.#all(start, column)
    if (key) this.write(key, column)
    this.#all(sep, column)
    if (value) this.write(value, column)
  }

  #block({ props, source, indent }: CST.BlockScalar, column: number): void {
    this.#all(props, column + STEP)
    const header = props.find(({ type }) => type === 'block-scalar-header')
    const indicator = header && 'source' in header ? header.source : ''
    const given = /[1-9]/.exec(indicator)?.[0]
    const from = given ? Math.max(indent, 0) + Number(given) : firstIndent(source)
    const to = column + (given ? Number(given) : STEP)
    this.#sheet.body(moved(source, from, to), { keeps: indicator.includes('+') })
  }

  #leaf(token: Extract<CST.Token, { source: string }>, column: number): void {
    const { type, source } = token
    if (type === 'byte-order-mark') return
    if (type === 'newline') this.#sheet.end()
    else if (type === 'space') this.#sheet.space = source
    else if (type === 'comment') this.#comment(token, column)
    else if (isPunctuation(type)) this.#mark(type, source, column)
    else this.#sheet.put(continued(source, column + STEP), column)
    if ('end' in token && token.end) this.#all(token.end, column)
  }

  /** On a line of its own it belongs to the innermost collection that is not indented more than it was. */
  #comment({ source, offset }: { readonly source: string; readonly offset: number }, column: number): void {
    const was = offset - this.#source.lastIndexOf('\n', offset - 1) - 1
    const level = this.#levels.findLast((one) => one.was <= was)
    const outer = this.#levels.at(-1) === level ? column : (level?.is ?? 0)
    this.#sheet.comment(source, outer)
  }

  #mark(type: string, source: string, column: number): void {
    if (type !== 'seq-item-ind' && type !== 'explicit-key-ind') this.#sheet.gap = ''
    this.#sheet.put(source, column)
    this.#sheet.gap = ' '
  }
}

function isPunctuation(type: string): boolean {
  return ['map-value-ind', 'comma', 'seq-item-ind', 'explicit-key-ind'].includes(type)
}

function isBlock({ type }: CST.Token): boolean {
  return type === 'block-map' || type === 'block-seq'
}

/** White space at the start of the further lines of a quoted or plain text means nothing. */
function continued(source: string, column: number): string {
  return source.replace(/\n[ \t]*(?=[^ \t\n])/g, `\n${' '.repeat(column)}`)
}

/** That of the first line with something on it. */
function firstIndent(source: string): number {
  return /^ *(?=[^ \n])/m.exec(source)?.[0].length ?? Number.POSITIVE_INFINITY
}

/** Lines of a block text; what is deeper than the first stays deeper. */
function moved(source: string, from: number, to: number): string {
  const lines = source.split('\n').map((line) => (line.length <= from ? '' : ' '.repeat(to) + line.slice(from)))
  return lines.join('\n')
}
