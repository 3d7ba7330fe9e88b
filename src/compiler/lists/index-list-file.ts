/**
 * A list file to its index, piece by piece and in turns: ten million entries take a while, and sessions go on meanwhile.
 *
 * Entries that cannot be read are reported where they stand; after a hundred of them the file is of another kind, and one
 * more finding says how many there are. Rejects with a plain sentence when the file cannot be read to its end.
 */
import { createHash } from 'node:crypto'
import type { ListIndex, ListKind } from '../../core/list.ts'
import type { Files, TextPieces } from '../../core/ports.ts'
import type { Finding, Fix, Report, Span } from '../../language/diagnostic.ts'
import { fixOf, replace } from '../../language/fix.ts'
import { behindPiece, FILE_START, listEntries, type RawEntry } from '../../language/files/list-file.ts'
import type { Expected } from './entry-store.ts'
import { ListBuilder, type ListProblem } from './index.ts'

export interface ListFile {
  readonly kind: ListKind
  readonly path: string
  readonly pieces: TextPieces
}

export interface IndexedFile {
  readonly index: ListIndex
  /** The same for the same text. */
  readonly digest: string
  /** How much of the file its findings quote, in octets at most; 0 when there is no finding. */
  readonly quoted: number
}

/** Undefined when there is no such file. Where files are small, all of it is one piece. */
export async function piecesOf(files: Files, path: string): Promise<TextPieces | undefined> {
  if (files.pieces) return files.pieces(path)
  const text = await files.read(path)
  return text === undefined ? undefined : inOnePiece(text)
}

export function inOnePiece(text: string): TextPieces {
  return {
    octets: Buffer.byteLength(text),
    async *[Symbol.asyncIterator]() {
      yield text
    },
  }
}

/** Entries between two pauses: some ten milliseconds of work. */
const TURN = 4096

export async function indexListFile(
  { kind, path, pieces }: ListFile,
  report: Report,
  breathe: () => Promise<void>,
): Promise<IndexedFile> {
  const findings = new Findings(kind, path, report)
  const hash = createHash('sha256')
  let [start, count] = [FILE_START, 0]
  let list: ListBuilder | undefined
  for await (const piece of pieces) {
    hash.update(piece)
    list ??= new ListBuilder(kind, path, findings.add, expectedIn(piece, pieces.octets))
    for (const entry of listEntries(piece, path, start)) {
      findings.entry = entry
      list.add(entry)
      count += 1
      if (count % TURN === 0) await breathe()
    }
    start = behindPiece(start, piece)
  }
  list ??= new ListBuilder(kind, path, findings.add)
  return { index: list.done(), digest: hash.digest('hex'), quoted: findings.conclude() }
}

/** Lines are about as long everywhere; where they are not, the index grows after all. */
const MARGIN = 1.1

function expectedIn(piece: string, octets: number): Expected {
  const { lines } = behindPiece(FILE_START, piece)
  return { entries: Math.ceil(((lines + 1) / Math.max(1, piece.length)) * octets * MARGIN), octets }
}

const MOST_FINDINGS = 100
/** They do no harm. */
const MOST_DUPLICATES = 10
/** Octets of a UTF-16 unit in UTF-8, and of the lines around a finding. */
const [UNIT, AROUND] = [3, 16_384]

class Findings {
  /** The entry that is being read. */
  entry: RawEntry | undefined
  readonly #kind: ListKind
  readonly #path: string
  readonly #report: Report
  #last: Span | undefined
  #count = 0
  #duplicates = 0

  constructor(kind: ListKind, path: string, report: Report) {
    this.#kind = kind
    this.#path = path
    this.#report = report
  }

  readonly add = (problem: ListProblem): void => {
    const { code, message, help, label, range, first, severity } = problem
    if (first !== undefined) this.#duplicates += 1
    else this.#count += 1
    const isTold = first === undefined ? this.#count <= MOST_FINDINGS : this.#duplicates <= MOST_DUPLICATES
    if (!this.entry || !isTold) return
    this.#last = spanOf(this.#path, this.entry, range)
    const more = first === undefined ? {} : again(this.#path, this.entry, first)
    const fixes = fixesFor(this.#path, this.entry, problem)
    this.#report.add({
      code,
      at: this.#last,
      message,
      ...(severity && { severity }),
      ...(label !== undefined && { label }),
      ...(help !== undefined && { help }),
      fixes,
      ...more,
    })
  }

  /** Answers with how much of the file is quoted. */
  conclude(): number {
    if (!this.#last) return 0
    const more = this.#count - MOST_FINDINGS
    if (more > 0)
      this.#report.add({
        code: 'LST602',
        at: this.#last,
        message: `${more} more entries of this file cannot be read`,
        help: `is it a list \`of: ${this.#kind}\`?`,
      })
    const unsaid = this.#duplicates - MOST_DUPLICATES
    if (unsaid > 0)
      this.#report.add({
        code: 'LST610',
        severity: 'info',
        at: this.#last,
        message: `${unsaid} more entries of this file are in it already`,
      })
    return this.#last.range.end.offset * UNIT + AROUND
  }
}

function spanOf(file: string, entry: RawEntry, within: ListProblem['range']): Span {
  const { offset = 0, length = entry.text.length } = within ?? {}
  const { line } = entry
  const start = { line, column: entry.column + offset, offset: entry.offset + offset }
  return { file, range: { start, end: { line, column: start.column + length, offset: start.offset + length } } }
}

/** Labels hold a place as lines and columns; the offset of the first one is not known any more. */
function again(file: string, entry: RawEntry, first: string): Pick<Finding, 'severity' | 'label' | 'labels' | 'help'> {
  const line = Number(first.slice(first.lastIndexOf(':') + 1))
  const start = { line, column: 1, offset: 0 }
  const end = { line, column: 1 + entry.text.length, offset: 0 }
  const labels = [{ file, range: { start, end }, text: 'first given here' }]
  return { severity: 'warning', label: 'given again', labels, help: 'delete this line' }
}

function fixesFor(file: string, entry: RawEntry, { first, instead = [], isSure }: ListProblem): readonly Fix[] {
  if (first !== undefined) return fixOf('delete this line', 'safe', replace(wholeLine(file, entry), ''))
  const at = spanOf(file, entry, undefined)
  return instead.flatMap((text) => fixOf(`write \`${text}\``, isSure ? 'safe' : 'unsafe', replace(at, text)))
}

function wholeLine(file: string, { line, column, offset, next }: RawEntry): Span {
  const start = { line, column: 1, offset: offset - column + 1 }
  return { file, range: { start, end: { line: line + 1, column: 1, offset: next } } }
}
