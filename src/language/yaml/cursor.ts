/** Where the cursor of an editor stands in a file that is being typed: what a key or value there would belong to. */
import { looseMarks, type Mark, type Path } from './loose-yaml.ts'

export interface Cursor {
  readonly role: Mark['role']
  /** Of a key the path leads to its map, of a value to the value itself. */
  readonly path: Path
  /** What has been typed of it, up to the cursor. */
  readonly word: string
  /** Offsets of all of it. */
  readonly from: number
  readonly to: number
  readonly quote: Mark['quote']
  /** A map could begin here as well: a value on a line of its own. */
  readonly isFirst: boolean
  readonly isBlock: boolean
  /** Keys and values of the whole file, without what is being typed. */
  readonly marks: readonly Mark[]
}

/** A character for private use: nobody types it. */
const SENTINEL = '\ue000'

/** Undefined within a comment. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const all = looseMarks(text.slice(0, offset) + SENTINEL + text.slice(offset))
  const mark = all.find(({ from, to }) => from <= offset && offset < to)
  if (!mark) return undefined
  const { role, path, from, quote, isFirst, isBlock } = mark
  const marks = all.filter((one) => one !== mark).map((one) => movedBack(one, offset))
  return { role, path, word: text.slice(from, offset), from, to: mark.to - 1, quote, isFirst, isBlock, marks }
}

function movedBack(mark: Mark, offset: number): Mark {
  const shift = (at: number): number => (at > offset ? at - 1 : at)
  return { ...mark, from: shift(mark.from), to: shift(mark.to) }
}

/** The key or value that covers an offset, its end included. */
export function markAt(marks: readonly Mark[], offset: number): Mark | undefined {
  return marks.find(({ from, to }) => from <= offset && offset <= to)
}

/** Keys of the map at a path, in their order. */
export function keysAt(marks: readonly Mark[], path: Path): readonly string[] {
  return marks.flatMap((mark) => (mark.role === 'key' && isSamePath(mark.path, path) ? mark.text : []))
}

/** The scalar at a path. */
export function scalarAt(marks: readonly Mark[], path: Path): Mark | undefined {
  return marks.find((mark) => mark.role === 'value' && isSamePath(mark.path, path))
}

/** Whether a path leads to something at or below another one. */
export function isBelow(path: Path, above: Path): boolean {
  return path.length >= above.length && above.every((step, index) => step === path[index])
}

function isSamePath(one: Path, other: Path): boolean {
  return one.length === other.length && isBelow(one, other)
}
