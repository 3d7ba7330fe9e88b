/**
 * A list file to its index, in turns: ten million entries take a while, and sessions go on meanwhile.
 *
 * Entries that cannot be read are reported where they stand; after a hundred of them the file is of another kind, and one
 * more finding says how many there are.
 */
import { createHash } from 'node:crypto'
import type { ListIndex, ListKind } from '../core/list.ts'
import type { Report, Span } from '../language/diagnostic.ts'
import { listEntries, type RawEntry } from '../language/list-file.ts'
import { buildListInTurns, type ListProblem } from './lists/index.ts'

export interface ListFile {
  readonly kind: ListKind
  readonly path: string
  readonly text: string
}

export interface Surroundings {
  readonly report: Report
  /** Texts that findings quote. */
  readonly sources: Map<string, string>
  readonly breathe: () => Promise<void>
}

const MOST_FINDINGS = 100
/** Characters between two pauses, where only characters are counted or hashed. */
const PIECE = 2 ** 20

export async function indexListFile(file: ListFile, { report, sources, breathe }: Surroundings): Promise<ListIndex> {
  const { kind, path, text } = file
  const findings = new Findings(file, report)
  const expected = { entries: (await countLines(text, breathe)) + 1, octets: text.length }
  const entries = findings.watch(listEntries(text, path))
  const index = await buildListInTurns({ kind, source: path, expected }, entries, findings.add, breathe)
  if (findings.conclude()) sources.set(path, text)
  return index
}

class Findings {
  readonly #file: ListFile
  readonly #report: Report
  #entry: RawEntry | undefined
  #last: Span | undefined
  #count = 0

  constructor(file: ListFile, report: Report) {
    this.#file = file
    this.#report = report
  }

  /** Remembers the entry that is being read. */
  *watch(entries: Iterable<RawEntry>): Generator<RawEntry> {
    for (const entry of entries) {
      this.#entry = entry
      yield entry
    }
  }

  readonly add = ({ code, message, help, range }: ListProblem): void => {
    const entry = this.#entry
    if (!entry) return
    this.#count += 1
    this.#last = spanOf(this.#file.path, entry, range)
    if (this.#count > MOST_FINDINGS) return
    this.#report.add({ code, at: this.#last, message, ...(help !== undefined && { help }) })
  }

  /** Whether there were any. */
  conclude(): boolean {
    const more = this.#count - MOST_FINDINGS
    if (more > 0 && this.#last)
      this.#report.add({
        code: 'LST602',
        at: this.#last,
        message: `${more} more entries of this file cannot be read`,
        help: `is it a list \`of: ${this.#file.kind}\`?`,
      })
    return this.#count > 0
  }
}

function spanOf(file: string, entry: RawEntry, within: ListProblem['range']): Span {
  const { offset = 0, length = entry.text.length } = within ?? {}
  const { line } = entry
  const start = { line, column: entry.column + offset, offset: entry.offset + offset }
  return { file, range: { start, end: { line, column: start.column + length, offset: start.offset + length } } }
}

async function countLines(text: string, breathe: () => Promise<void>): Promise<number> {
  let count = 0
  let pause = PIECE
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    count += 1
    if (at < pause) continue
    pause = at + PIECE
    await breathe()
  }
  return count
}

/** The same for the same text. */
export async function digestOf(text: string, breathe: () => Promise<void>): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < text.length; at += PIECE) {
    hash.update(text.slice(at, at + PIECE))
    if (text.length > PIECE) await breathe()
  }
  return hash.digest('hex')
}
