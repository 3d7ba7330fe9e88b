/** The sites that an editor has files of: what is wrong with them, and what is known of them. */
import { dirname } from 'node:path'
import { nearestSite } from '../../compiler/site-directory.ts'
import type { Files } from '../../core/ports.ts'
import type { DiagnosticCode } from '../../language/codes.ts'
import { type Diagnostic, type Finding, Report, startOf } from '../../language/diagnostic.ts'
import type { CheckedFile } from '../../testing/untested/tests-of.ts'
import { checkInSteps, judged, type Steps } from '../check/check-files.ts'
import { type CommandEnvironment, compileEnvironment, VOCABULARY } from '../wiring.ts'
import { type FailedTest, failingTests } from './failing-tests.ts'
import { EditorFiles, LARGEST_TEXT } from './files.ts'
import { readSheet, type Sheet } from './mention.ts'
import type { SiteModel } from './site-model.ts'
import { testsOfSite } from './tests-of-site.ts'
import { type Below, yamlBelow } from './yaml-below.ts'

/** By file. */
export type Findings = ReadonlyMap<string, readonly Diagnostic[]>

export interface Looked {
  /** By file, those without a finding included. */
  readonly soon: Findings
  readonly later: () => Promise<Findings>
  /** Of the tests in open files. Undefined when it was given up because it is over. */
  readonly tests: (isOver: () => boolean) => Promise<readonly FailedTest[] | undefined>
}

const ALONE: Below = { files: [], isWhole: true }

/** A comment that allows nothing: not to be told before everything was looked for. */
const UNUSED: DiagnosticCode = 'SUP002'

export class Workspace {
  readonly files: EditorFiles
  #analysed: readonly Diagnostic[] = []
  #vocabulary = VOCABULARY
  readonly #builtins = compileEnvironment().builtins
  /** Too large to be read for names. */
  readonly #leftOut = new Set<string>()
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
    const { analyse, words, untested } = await checkInSteps(environment, paths, () => undefined)
    for (const finding of this.#tooLarge()) environment.report.add(finding)
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
        for (const finding of await this.#unreached(paths, untested, environment)) report.add(finding)
        this.#analysed = report.sorted()
        return byFile(paths, told([...soon, ...this.#analysed], sources))
      },
      tests: (isOver) => {
        const sound = paths.filter((path) => !soon.some(({ file, severity }) => file === path && severity === 'error'))
        return failingTests(sound, { ...environment, trees: new Map(trees) }, isOver)
      },
    }
  }

  #tooLarge(): readonly Finding[] {
    return [...this.files.tooLarge].flatMap(([path, head]) =>
      readSheet(path, head, this.#vocabulary.matchers).kind === undefined ? [] : tooLarge(path),
    )
  }

  /** Rules that no test reaches, where all tests of their site are known. */
  async #unreached(
    paths: readonly string[],
    untested: Steps['untested'],
    environment: CommandEnvironment,
  ): Promise<readonly Finding[]> {
    const sites = new Map<string, string | undefined>()
    for (const path of paths) sites.set(path, await nearestSite(path, this.files))
    const tests = new Map<string | undefined, readonly CheckedFile[] | undefined>()
    for (const site of new Set(sites.values()))
      tests.set(site, site === undefined ? undefined : await testsOfSite(site, environment))
    const others = [...tests.values()].flatMap((some = []) => some).filter(({ path }) => !paths.includes(path))
    return untested(others).filter(({ at }) => tests.get(sites.get(at.file)) !== undefined)
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
    const own = site === undefined ? ALONE : await yamlBelow(root)
    const all = [...new Set([...this.#builtins.values(), ...own.files, path])]
    const sheets = await Promise.all(all.map(async (file) => [file, await this.sheet(file)] as const))
    const isOurs = (file: string): boolean => file === path || (!this.isShipped(file) && file.startsWith(`${root}/`))
    const isWhole = own.isWhole && !all.some((file) => this.#leftOut.has(file))
    return { vocabulary: this.#vocabulary, builtins: this.#builtins, sheets: new Map(sheets), isOurs, isWhole }
  }

  /** A builtin: nobody changes it for a site. */
  isShipped(path: string): boolean {
    return [...this.#builtins.values()].includes(path)
  }

  /** Empty for what cannot be read, or is too large. */
  async sheet(path: string): Promise<Sheet> {
    const read = (await this.files.read(path).catch(() => undefined)) ?? ''
    const isTooLarge = read.length > LARGEST_TEXT || this.files.tooLarge.has(path)
    if (isTooLarge) this.#leftOut.add(path)
    else this.#leftOut.delete(path)
    const text = isTooLarge ? '' : read
    const known = this.#sheets.get(path)
    if (known?.text === text) return known.sheet
    const sheet = readSheet(path, text, this.#vocabulary.matchers)
    this.#sheets.set(path, { text, sheet })
    return sheet
  }
}

function tooLarge(file: string): Finding {
  return {
    code: 'YML715',
    severity: 'info',
    at: startOf(file),
    message: 'this file is too large to be looked at while it is written',
    label: `at most ${LARGEST_TEXT} characters`,
    help: '`postern check` looks at it',
  }
}

function told(found: readonly Diagnostic[], sources: ReadonlyMap<string, string>): readonly Diagnostic[] {
  return judged(found, sources).diagnostics
}

function byFile(paths: readonly string[], found: readonly Diagnostic[]): Findings {
  const grouped = Map.groupBy<string, Diagnostic>(found, ({ file }) => file)
  return new Map<string, readonly Diagnostic[]>([...paths.map((path) => [path, []] as const), ...grouped])
}
