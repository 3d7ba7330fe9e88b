/** Sites that are texts, as an editor sees them; `|` marks the cursor. */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { readSheet, type Sheet } from '../../../src/cli/lsp/mention.ts'
import type { SiteModel } from '../../../src/cli/lsp/site-model.ts'
import { builtinFiles, VOCABULARY } from '../../../src/cli/wiring.ts'

export const ROOT = '/site'
export const WORDS = VOCABULARY.matchers

const BUILTINS = builtinFiles()
const SHIPPED = [...BUILTINS.values()].map((path): readonly [string, Sheet] => [
  path,
  readSheet(path, readFileSync(path, 'utf8'), WORDS),
])

/** Paths are relative to the site. */
export function modelOf(texts: Readonly<Record<string, string>>): SiteModel {
  const own = Object.entries(texts).map(([name, text]): readonly [string, Sheet] => {
    const path = posix.join(ROOT, name)
    return [path, readSheet(path, text, WORDS)]
  })
  const isOurs = (file: string): boolean => file.startsWith(`${ROOT}/`)
  return { vocabulary: VOCABULARY, builtins: BUILTINS, sheets: new Map([...SHIPPED, ...own]), isOurs, isWhole: true }
}

export interface Marked {
  readonly file: string
  readonly text: string
  readonly offset: number
  readonly model: SiteModel
}

/** `name` is the file with the cursor. */
export function atCursor(name: string, marked: string, others: Readonly<Record<string, string>> = {}): Marked {
  const offset = marked.indexOf('|')
  const text = marked.slice(0, offset) + marked.slice(offset + 1)
  return { file: posix.join(ROOT, name), text, offset, model: modelOf({ ...others, [name]: text }) }
}
