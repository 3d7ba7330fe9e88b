/** The sites that an editor has files of: what is wrong with them, and what is known of them. */
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { nearestSite } from '../../compiler/site-directory.ts'
import type { Files } from '../../core/ports.ts'
import type { DiagnosticCode } from '../../language/codes.ts'
import { type Diagnostic, Report } from '../../language/diagnostic.ts'
import { checkInSteps, judged } from '../check-files.ts'
import { compileEnvironment, VOCABULARY } from '../wiring.ts'
import { EditorFiles } from './files.ts'
import { readSheet, type Sheet } from './mention.ts'
import type { SiteModel } from './site-model.ts'

/** Files below a site that are read for names; recipients' policies may be many more. */
const MOST_FILES = 2000
const SKIPPED = new Set(['node_modules', 'dist', 'schemas', 'coverage'])

/** By file. */
export type Findings = ReadonlyMap<string, readonly Diagnostic[]>

export interface Looked {
  /** By file, those without a finding included. */
  readonly soon: Findings
  readonly later: () => Promise<Findings>
}

/** A comment that allows nothing: not to be told before everything was looked for. */
const UNUSED: DiagnosticCode = 'SUP002'

export class Workspace {
  readonly files: EditorFiles
  #analysed: readonly Diagnostic[] = []
  #vocabulary = VOCABULARY
  readonly #builtins = compileEnvironment().builtins
  readonly #sheets = new Map<string, { readonly text: string; readonly sheet: Sheet }>()

  constructor(files: Files) {
    this.files = new EditorFiles(files)
  }

  /**
   * Of every file that is open, and of the files of their sites: what `check` would say of the texts in the editor. What
   * takes long comes with the promise behind it; until then what was analysed before is taken to hold.
   */
  async diagnostics(): Promise<Looked> {
    const { files } = this
    await files.refresh()
    const paths = await this.#ours()
    const { trees, indexed, sources } = files
    const environment = { ...compileEnvironment(new Report()), files, trees, indexed, sources }
    const { analyse, words } = await checkInSteps(environment, paths, () => undefined)
    const soon = environment.report.sorted()
    this.#vocabulary = { ...VOCABULARY, matchers: words }
    this.#readAgain(soon)
    return {
      soon: byFile(
        paths,
        told([...soon, ...this.#analysed], sources).filter(({ code }) => code !== UNUSED),
      ),
      later: async () => {
        const report = new Report()
        await analyse(report)
        this.#analysed = report.sorted()
        return byFile(paths, told([...soon, ...this.#analysed], sources))
      },
    }
  }

  /** YAML of other programs may be as it likes. */
  async #ours(): Promise<readonly string[]> {
    const open = [...this.files.open.keys()].filter((path) => /\.ya?ml$/.test(path))
    const sheets = await Promise.all(open.map((path) => this.sheet(path)))
    return sheets.flatMap(({ file, kind }) => (kind ? [file] : []))
  }

  /** A tree that is known is not parsed, so what was said of its text would not be said again. */
  #readAgain(diagnostics: readonly Diagnostic[]): void {
    for (const { file, code } of diagnostics) if (code.startsWith('YML')) this.files.trees.delete(file)
  }

  /** What is known around a file: its site, or the file alone. */
  async modelAround(path: string): Promise<SiteModel> {
    await this.files.refresh()
    const site = await nearestSite(path, this.files)
    const root = dirname(site ?? path)
    const own = site === undefined ? [] : await yamlBelow(root)
    const all = [...new Set([...this.#builtins.values(), ...own, path])]
    const sheets = await Promise.all(all.map(async (file) => [file, await this.sheet(file)] as const))
    const isOurs = (file: string): boolean => file === path || (!this.isShipped(file) && file.startsWith(`${root}/`))
    return { vocabulary: this.#vocabulary, builtins: this.#builtins, sheets: new Map(sheets), isOurs }
  }

  /** A builtin: nobody changes it for a site. */
  isShipped(path: string): boolean {
    return [...this.#builtins.values()].includes(path)
  }

  async sheet(path: string): Promise<Sheet> {
    const text = (await this.files.read(path).catch(() => undefined)) ?? ''
    const known = this.#sheets.get(path)
    if (known?.text === text) return known.sheet
    const sheet = readSheet(path, text, this.#vocabulary.matchers)
    this.#sheets.set(path, { text, sheet })
    return sheet
  }
}

function told(found: readonly Diagnostic[], sources: ReadonlyMap<string, string>): readonly Diagnostic[] {
  return judged(found, sources).diagnostics
}

function byFile(paths: readonly string[], found: readonly Diagnostic[]): Findings {
  const grouped = Map.groupBy<string, Diagnostic>(found, ({ file }) => file)
  return new Map<string, readonly Diagnostic[]>([...paths.map((path) => [path, []] as const), ...grouped])
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
