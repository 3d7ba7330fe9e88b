/** The sites that an editor has files of: what is wrong with them, and what is known of them. */
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { nearestSite } from '../../compiler/site-directory.ts'
import type { Files } from '../../core/ports.ts'
import { type Diagnostic, Report } from '../../language/diagnostic.ts'
import { checkIn } from '../check-files.ts'
import { compileEnvironment, VOCABULARY } from '../wiring.ts'
import { EditorFiles } from './files.ts'
import { readSheet, type Sheet } from './mention.ts'
import type { SiteModel } from './site-model.ts'

/** Files below a site that are read for names; recipients' policies may be many more. */
const MOST_FILES = 2000
const SKIPPED = new Set(['node_modules', 'dist', 'schemas', 'coverage'])

export class Workspace {
  readonly files: EditorFiles
  readonly #sheets = new Map<string, { readonly text: string; readonly sheet: Sheet }>()

  constructor(files: Files) {
    this.files = new EditorFiles(files)
  }

  /** Of every file that is open, and of the files of their sites: what `check` would say of the texts in the editor. */
  async diagnostics(): Promise<ReadonlyMap<string, readonly Diagnostic[]>> {
    const { files } = this
    await files.refresh()
    const paths = [...files.open.keys()].filter((path) => /\.ya?ml$/.test(path))
    const { trees, indexed, sources } = files
    const environment = { ...compileEnvironment(new Report()), files, trees, indexed, sources }
    const { diagnostics } = await checkIn(environment, paths, () => undefined)
    const found = Map.groupBy<string, Diagnostic>(diagnostics, ({ file }) => file)
    this.#readAgain(diagnostics)
    return new Map<string, readonly Diagnostic[]>([...paths.map((path) => [path, []] as const), ...found])
  }

  /** A tree that is known is not parsed, so what was said of its text would not be said again. */
  #readAgain(diagnostics: readonly Diagnostic[]): void {
    for (const { file, code } of diagnostics) if (code.startsWith('YML')) this.files.trees.delete(file)
  }

  /** What is known around a file: its site, or the file alone. */
  async modelAround(path: string): Promise<SiteModel> {
    await this.files.refresh()
    const { builtins } = compileEnvironment()
    const site = await nearestSite(path, this.files)
    const root = dirname(site ?? path)
    const own = site === undefined ? [] : await yamlBelow(root)
    const shipped = new Set(builtins.values())
    const all = [...new Set([...shipped, ...own, path])]
    const sheets = await Promise.all(all.map(async (file) => [file, await this.sheet(file)] as const))
    const isOurs = (file: string): boolean => file === path || (!shipped.has(file) && file.startsWith(`${root}/`))
    return { vocabulary: VOCABULARY, builtins, sheets: new Map(sheets), isOurs }
  }

  async sheet(path: string): Promise<Sheet> {
    const text = (await this.files.read(path).catch(() => undefined)) ?? ''
    const known = this.#sheets.get(path)
    if (known?.text === text) return known.sheet
    const sheet = readSheet(path, text, VOCABULARY.matchers)
    this.#sheets.set(path, { text, sheet })
    return sheet
  }
}

/** In order, and no more than can be read at once. */
async function yamlBelow(directory: string): Promise<readonly string[]> {
  const found: string[] = []
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= MOST_FILES || entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await walk(path)
      else if (entry.isFile() && /\.ya?ml$/.test(entry.name)) found.push(path)
    }
  }
  await walk(directory)
  return found
}
