/**
 * `postern check --fix`: makes the fixes of what is found, round after round, as one may uncover the next. Files are changed
 * in memory; who calls writes them.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { applyEdits, chooseFixes } from '../../language/apply-fixes.ts'
import { type Diagnostic, placeOf, type Safety } from '../../language/diagnostic.ts'
import type { Checked } from './check-files.ts'
import { builtinFiles } from '../wiring.ts'
import { unreadable } from '../unreadable.ts'

export interface Fixed {
  /** Texts by path. */
  readonly files: ReadonlyMap<string, { readonly before: string; readonly after: string }>
  /** `rules/house.yaml:4:7 CFG101 rename it to …`, in order. */
  readonly done: readonly string[]
}

export interface Fixing {
  readonly safeties: readonly Safety[]
  /** Checks the files as they will be: `changed` has texts by path. */
  readonly check: (changed: ReadonlyMap<string, string>) => Promise<Checked>
  readonly isWanted: (diagnostic: Diagnostic) => boolean
  /** Those named on the command line: a builtin is changed only then. */
  readonly paths: readonly string[]
}

/** A fix that calls for another, and that for the first, ends here. Of a long list ten entries are told in a round. */
const MOST_ROUNDS = 100

export async function fixFiles({ safeties, check, isWanted, paths }: Fixing): Promise<Fixed> {
  const foreign = new Set([...builtinFiles().values()].filter((path) => !paths.includes(path)))
  const texts = new Texts()
  const done: string[] = []
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { diagnostics, sources } = await check(texts.changed)
    const found = diagnostics.filter(isWanted)
    await texts.read(found)
    const mayChange = (file: string): boolean => !foreign.has(resolve(file)) && texts.isAs(file, sources.get(file))
    const { made, edits } = chooseFixes(found, safeties, mayChange)
    if (made.length === 0) break
    for (const [file, of] of edits) texts.write(file, applyEdits(texts.of(file), of))
    done.push(...made.map(({ diagnostic, fix }) => `${placeOf(diagnostic)} ${diagnostic.code} ${fix.title}`))
  }
  return { files: texts.files(), done }
}

const BYTE_ORDER_MARK = '\ufeff'

/** Texts of files as they lie there, and as they will be. */
class Texts {
  readonly #before = new Map<string, string>()
  readonly #marked = new Set<string>()
  readonly changed = new Map<string, string>()

  /** All that these findings would change. */
  async read(diagnostics: readonly Diagnostic[]): Promise<void> {
    const edits = diagnostics.flatMap(({ fixes }) => fixes.flatMap((fix) => fix.edits))
    for (const path of new Set(edits.map(({ file }) => resolve(file))))
      if (!this.#before.has(path)) this.#keep(path, await readText(path))
  }

  /** Files are checked without a byte order mark, and keep it. */
  #keep(path: string, text: string): void {
    const isMarked = text.startsWith(BYTE_ORDER_MARK)
    if (isMarked) this.#marked.add(path)
    this.#before.set(path, isMarked ? text.slice(1) : text)
  }

  of(file: string): string {
    const path = resolve(file)
    return this.changed.get(path) ?? this.#before.get(path) ?? ''
  }

  /** Places in a file count for the text that was checked; of a long list, for its beginning. */
  isAs(file: string, checked: string | undefined): boolean {
    return checked !== undefined && this.of(file).startsWith(checked)
  }

  write(file: string, text: string): void {
    this.changed.set(resolve(file), text)
  }

  files(): Fixed['files'] {
    return new Map(
      [...this.changed].map(([path, text]) => {
        const mark = this.#marked.has(path) ? BYTE_ORDER_MARK : ''
        return [path, { before: `${mark}${this.#before.get(path) ?? ''}`, after: `${mark}${text}` }]
      }),
    )
  }
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((fault: unknown) => {
    throw unreadable(path, fault)
  })
}
