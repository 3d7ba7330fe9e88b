/**
 * List files in qpsmtpd's form: an entry a line, then optional white space and a reason.
 *
 * Lines whose first character is `#`, indented or not, are comments; blank lines do not count; there are no comments
 * behind an entry. Line ends may be LF or CRLF. Nothing can be wrong here: what an entry means depends on the list's kind.
 */
export interface RawEntry {
  /** The entry itself, without white space. */
  readonly text: string
  /** What follows it, trimmed; `''` when nothing does. */
  readonly rest: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
  /** From 0, in UTF-16 units from the start of the file. */
  readonly offset: number
  /** Where the next line begins, counted as `offset` is. */
  readonly next: number
  /** `lists/partners.txt:12` */
  readonly at: string
}

const HASH = 35

/** Where a piece of a file begins: lines and UTF-16 units before it. */
export interface PieceStart {
  readonly lines: number
  readonly units: number
}

export const FILE_START: PieceStart = { lines: 0, units: 0 }

/** One entry at a time, for files of ten million lines. No text is copied: the entries keep the piece's text alive. */
export function* listEntries(text: string, file: string, { lines, units } = FILE_START): Generator<RawEntry> {
  let line = lines
  for (let start = 0; start < text.length; ) {
    line += 1
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const first = skipBlanks(text, start, end)
    if (first < end && text.charCodeAt(first) !== HASH) {
      const behind = skipEntry(text, first, end)
      const rest = text.slice(behind, end).trim()
      yield new FileEntry(file, text.slice(first, behind), rest, {
        line,
        column: first - start + 1,
        offset: units + first,
        next: units + Math.min(end + 1, text.length),
      })
    }
    start = end + 1
  }
}

/** Where the piece behind this one begins. */
export function behindPiece({ lines, units }: PieceStart, text: string): PieceStart {
  let count = lines
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return { lines: count, units: units + text.length }
}

class FileEntry implements RawEntry {
  readonly #file: string
  readonly text: string
  readonly rest: string
  readonly line: number
  readonly column: number
  readonly offset: number
  readonly next: number

  constructor(file: string, text: string, rest: string, place: Pick<RawEntry, 'line' | 'column' | 'offset' | 'next'>) {
    this.#file = file
    this.text = text
    this.rest = rest
    this.line = place.line
    this.column = place.column
    this.offset = place.offset
    this.next = place.next
  }

  /** Made when asked for: few entries are. */
  get at(): string {
    return `${this.#file}:${this.line}`
  }
}

function skipEntry(text: string, start: number, end: number): number {
  let at = start
  while (at < end && !isBlank(text.charCodeAt(at))) at += 1
  return at
}

function skipBlanks(text: string, start: number, end: number): number {
  let at = start
  while (at < end && isBlank(text.charCodeAt(at))) at += 1
  return at
}

/** Perl's ASCII white space, and the byte order mark that some editors put before the first line. */
function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xfeff
}
