/** A file's text with the way from offsets to lines and columns, which count from 1 and in UTF-16 units. */
import type { Position, Span } from './diagnostic.ts'

export class SourceText {
  readonly file: string
  readonly text: string
  readonly #lineStarts: readonly number[]

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
    this.#lineStarts = lineStarts(text)
  }

  /** Offsets outside the text mean its start or its end. */
  positionAt(offset: number): Position {
    const inside = Math.max(0, Math.min(offset, this.text.length))
    const index = this.#lineIndex(inside)
    return { line: index + 1, column: inside - (this.#lineStarts[index] ?? 0) + 1, offset: inside }
  }

  /** `end` is the offset behind the last character. */
  span(start: number, end: number): Span {
    return { file: this.file, range: { start: this.positionAt(start), end: this.positionAt(Math.max(start, end)) } }
  }

  /** The text of a line, counted from 1, without its line end. */
  lineText(line: number): string {
    const start = this.#lineStarts[line - 1]
    if (start === undefined) return ''
    const next = this.#lineStarts[line]
    return this.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '')
  }

  /** Offset of the first character of a line, counted from 1. */
  lineStart(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length
  }

  get lineCount(): number {
    return this.#lineStarts.length
  }

  #lineIndex(offset: number): number {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
