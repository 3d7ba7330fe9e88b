/**
 * Text of another program's files that knows where each part of it was typed, however it was joined and expanded since.
 *
 * A span never crosses a line: what was joined from several ends with its first.
 */
import type { Position, Span } from '../../language/diagnostic.ts'

interface Piece {
  /** Index of its first character in the text. */
  readonly from: number
  readonly length: number
  readonly at: Span
  /** Each character has its own column; else all of it stands at `at`. */
  readonly isTyped: boolean
}

export class PlacedText {
  readonly text: string
  readonly #pieces: readonly Piece[]

  private constructor(text: string, pieces: readonly Piece[]) {
    this.text = text
    this.#pieces = pieces
  }

  /** Typed at this place, on one line. */
  static typed(text: string, file: string, start: Position): PlacedText {
    const end = moved(start, text.length)
    return new PlacedText(text, [{ from: 0, length: text.length, at: { file, range: { start, end } }, isTyped: true }])
  }

  /** Not typed by anybody; findings about it point there. */
  static standing(text: string, at: Span): PlacedText {
    return new PlacedText(text, [{ from: 0, length: text.length, at, isTyped: false }])
  }

  /** `first` gives the place of an empty result. */
  static join(first: PlacedText, ...others: readonly PlacedText[]): PlacedText {
    let text = ''
    const pieces: Piece[] = []
    for (const part of [first, ...others]) {
      for (const piece of part.#pieces) if (piece.length > 0) pieces.push({ ...piece, from: piece.from + text.length })
      text += part.text
    }
    return new PlacedText(text, pieces.length > 0 ? pieces : first.#pieces)
  }

  get at(): Span {
    return this.span(0, this.text.length)
  }

  span(from: number, to: number): Span {
    const piece = this.#pieces.findLast((one) => one.from <= from) ?? this.#pieces[0]
    if (!piece) throw new RangeError('a text without a place')
    if (!piece.isTyped) return piece.at
    const { start, end } = piece.at.range
    const [first, last] = [from - piece.from, to - piece.from]
    return {
      file: piece.at.file,
      range: {
        start: moved(start, Math.min(first, piece.length)),
        end: last >= piece.length ? end : moved(start, last),
      },
    }
  }

  slice(from: number, to = this.text.length): PlacedText {
    const [first, last] = [Math.max(0, from), Math.min(to, this.text.length)]
    const text = this.text.slice(first, last)
    const pieces = this.#pieces.flatMap((piece): readonly Piece[] => {
      const [start, end] = [Math.max(first, piece.from), Math.min(last, piece.from + piece.length)]
      if (start >= end) return []
      const at = piece.isTyped ? this.span(start, end) : piece.at
      return [{ ...piece, from: start - first, length: end - start, at }]
    })
    if (pieces.length > 0) return new PlacedText(text, pieces)
    return new PlacedText('', [{ from: 0, length: 0, at: this.span(first, first), isTyped: true }])
  }

  trim(): PlacedText {
    const from = this.text.length - this.text.trimStart().length
    return this.slice(from, Math.max(from, this.text.trimEnd().length))
  }
}

function moved({ line, column, offset }: Position, by: number): Position {
  return { line, column: column + by, offset: offset + by }
}
