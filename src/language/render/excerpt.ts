/** Lines of a file with marks under them: `^^^^ did you mean …?` */
import { visible, widthOf } from './display.ts'
import type { JsonRange } from './json.ts'

/** A file of which some lines are at hand, counted from 1. */
export interface Lines {
  lineText(line: number): string
}

export interface Mark {
  readonly range: JsonRange
  readonly text: string
  /** The finding itself, drawn with `^`; what belongs to it is drawn with `-`. */
  readonly primary: boolean
}

/** A line of the file with its number, marks below the line before them, or a gap where lines are left out. */
export type Row =
  | { readonly kind: 'line'; readonly number: number; readonly text: string }
  | { readonly kind: 'mark'; readonly text: string; readonly primary: boolean }
  | { readonly kind: 'gap' }

/** No line is drawn wider than so many columns; what is left out of a long one is shown as `…`. */
export function excerpt(source: Lines, marks: readonly Mark[], columns: number): readonly Row[] {
  const lines = [...new Set(marks.map(({ range }) => range.start.line))].toSorted((a, b) => a - b)
  return lines.flatMap((line, index) => {
    const before = lines[index - 1]
    const gap: readonly Row[] = before !== undefined && line > before + 1 ? [{ kind: 'gap' }] : []
    return [...gap, ...markedLine(source, line, marks, columns)]
  })
}

function markedLine(source: Lines, line: number, all: readonly Mark[], columns: number): readonly Row[] {
  const marks = all.filter(({ range }) => range.start.line === line)
  const focus = marks.find(({ primary }) => primary) ?? marks[0]
  const view = viewOf(source.lineText(line), focus ? focus.range.start.column - 1 : 0, columns)
  const byPlace = marks.toSorted((a, b) => a.range.start.column - b.range.start.column)
  return [{ kind: 'line', number: line, text: view.text }, ...byPlace.map((mark) => markRow(mark, view))]
}

function markRow({ range, text, primary }: Mark, view: View): Row {
  const { start, end } = range
  const from = columnIn(view, start.column - 1)
  const to = end.line > start.line ? view.width : columnIn(view, end.column - 1)
  const sign = (primary ? '^' : '-').repeat(Math.max(1, to - from))
  return { kind: 'mark', text: `${' '.repeat(from)}${sign} ${visible(text)}`.trimEnd(), primary }
}

/** The part of a line that is drawn. */
interface View {
  readonly text: string
  readonly width: number
  readonly cells: readonly Cell[]
  /** Width of the `…` before it. */
  readonly indent: number
}

interface Cell {
  /** Where the character begins in the line, in UTF-16 units. */
  readonly offset: number
  readonly text: string
  readonly width: number
}

function viewOf(line: string, focus: number, columns: number): View {
  const whole = cellsOf(line, 0, focus + columns)
  if (whole.end === line.length && whole.width <= columns) return viewFrom(whole.cells, '', '')
  if (widthBefore(whole.cells, focus) < columns / 2) return viewFrom(fitting(whole.cells, columns - 1), '', '…')
  const { cells } = cellsOf(line, focus - Math.floor(columns / 4), focus + columns)
  const cut = fitting(cells, columns - 2)
  const last = cut.at(-1)
  return viewFrom(cut, '…', last && last.offset + last.text.length < line.length ? '…' : '')
}

function viewFrom(cells: readonly Cell[], before: string, after: string): View {
  const width = cells.reduce((sum, cell) => sum + cell.width, before.length)
  return { text: `${before}${cells.map(({ text }) => text).join('')}${after}`, width, cells, indent: before.length }
}

function cellsOf(line: string, from: number, to: number): { cells: readonly Cell[]; width: number; end: number } {
  const cells: Cell[] = []
  let offset = from
  let width = 0
  // A character outside the basic plane is two units; the slice may begin or end between them.
  for (const character of line.slice(from, to)) {
    const text = visible(character)
    cells.push({ offset, text, width: widthOf(text) })
    width += widthOf(text)
    offset += character.length
  }
  return { cells, width, end: offset }
}

function fitting(cells: readonly Cell[], columns: number): readonly Cell[] {
  let width = 0
  const end = cells.findIndex((cell) => (width += cell.width) > columns)
  return end < 0 ? cells : cells.slice(0, end)
}

function widthBefore(cells: readonly Cell[], offset: number): number {
  return cells.reduce((sum, cell) => (cell.offset < offset ? sum + cell.width : sum), 0)
}

function columnIn({ cells, indent }: View, offset: number): number {
  return indent + widthBefore(cells, offset)
}
