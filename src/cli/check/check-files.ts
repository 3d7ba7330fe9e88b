/** Checks files of every kind with one report: sites whole, plugins and rulesets alone, suites for their shape. */
import { dirname, isAbsolute } from 'node:path'
import { type Analysed, analyse } from '../../compiler/analysis/index.ts'
import type { Outline } from '../../compiler/analysis/outline.ts'
import { analyseLists } from '../../compiler/analysis/lists.ts'
import { type CompiledPlugin, compileSite } from '../../compiler/compile-site.ts'
import { readerInPlace } from '../../compiler/import/index.ts'
import { type LoadedSite, loadSite } from '../../compiler/load-site.ts'
import { readText, readYaml } from '../../compiler/read-file.ts'
import { nearestSite } from '../../compiler/site-directory.ts'
import type { MatcherWord, Vocabulary } from '../../core/word.ts'
import { type Diagnostic, type Finding, inOrder, Report, startOf } from '../../language/diagnostic.ts'
import { type FileKind, fileKind } from '../../language/files/file-kind.ts'
import { valueOf } from '../../language/node.ts'
import { type Allowed, judge } from '../../language/suppressions.ts'
import { checkTests } from '../../testing/check-tests.ts'
import { type CheckedFile, targetOf, untested } from '../../testing/untested/tests-of.ts'
import { withChanges } from './changed-files.ts'
import { checkEnvironment } from './check-environment.ts'
import { checkPolicies, checkPolicyAlone, filesOf } from './check-policies.ts'
import { shown, withShownPaths } from '../find-files.ts'
import type { Witness } from '../saved-checks/index.ts'
import type { CommandEnvironment } from '../wiring.ts'

export interface Checked {
  readonly files: number
  readonly rules: number
  /** List files read. */
  readonly lists: number
  readonly diagnostics: readonly Diagnostic[]
  /** Findings that a comment allows. */
  readonly allowed: readonly Allowed[]
  readonly sources: ReadonlyMap<string, string>
}

export interface Circumstances {
  /** Texts of files as they will be, by path. */
  readonly changed?: ReadonlyMap<string, string>
  readonly witness?: Witness | undefined
  /** A whole directory is looked at, and whatever tests there are with it. */
  readonly isWhole?: boolean
}

const NO_CHANGES: ReadonlyMap<string, string> = new Map()

/**
 * Sites first: a plugin that a site uses is checked there, with its arguments and the words of its neighbours.
 */
export async function checkFiles(
  paths: readonly string[],
  onFile: (path: string) => void,
  { changed = NO_CHANGES, witness, isWhole = false }: Circumstances = {},
): Promise<Checked> {
  const plain = checkEnvironment(witness)
  const lists = new Set<string>()
  const files = withChanges(plain.files, changed, (path) => void lists.add(path))
  const environment = { ...plain, files }
  const { analyse: later, files: count, rules, untested } = await checkInSteps(environment, paths, onFile)
  await later(environment.report)
  for (const finding of isWhole ? untested() : []) environment.report.add(finding)
  return withShown({
    files: count,
    rules,
    ...judged(environment.report.sorted(), environment.sources),
    lists: lists.size,
  })
}

export interface Steps extends Pick<Checked, 'files' | 'rules'> {
  /** Those of the language, and of the TypeScript plugins of these sites. */
  readonly words: Vocabulary['matchers']
  /** What takes longer: the analysis of what compiled. Whatever else was found is in the environment's report by now. */
  readonly analyse: (report: Report) => Promise<void>
  /** Rules that no test in these files and the `others` can reach. To be asked where they are all there are. */
  readonly untested: (others?: readonly CheckedFile[]) => readonly Finding[]
}

/** In an environment of one's own, with files named by their whole paths. */
export async function checkInSteps(
  environment: CommandEnvironment,
  paths: readonly string[],
  onFile: (path: string) => void,
): Promise<Steps> {
  const foreign = paths.filter((path) => readerInPlace(path))
  const { found, unreadable } = await readAll(
    paths.filter((path) => !foreign.includes(path)),
    environment,
  )
  const words = new Map(environment.vocabulary.matchers)
  const run: Run = { environment, used: new Map(), words, later: [], outlines: new Map() }
  for (const path of foreign) {
    onFile(shown(path))
    await checkSite(path, run)
  }
  for (const [kinds, check] of CHECKS) {
    for (const one of found.filter(({ kind }) => kinds.includes(kind))) {
      onFile(shown(one.path))
      await check(one, run)
    }
  }
  const rules = new Set([...run.used.values()].flat().flatMap((plugin) => plugin.rules.map(({ at }) => at)))
  return {
    files: foreign.length + found.length + unreadable,
    rules: rules.size,
    words,
    analyse: async (report) => {
      for (const analysis of run.later) await analysis(report)
    },
    untested: (others = []) => {
      const faulty = new Set(environment.report.sorted().flatMap((one) => (one.severity === 'error' ? one.file : [])))
      const files = [...found, ...others].filter(({ path }) => !faulty.has(path))
      return untested({ files, outlines: run.outlines, builtins: environment.builtins })
    },
  }
}

type Judged = Pick<Checked, 'diagnostics' | 'allowed' | 'sources'>

/** Without those that a comment allows, and with what is wrong with such comments. */
export function judged(found: readonly Diagnostic[], sources: ReadonlyMap<string, string>): Judged {
  const comments = new Report()
  const today = new Date().toISOString().slice(0, 'YYYY-MM-DD'.length)
  const { left, allowed } = judge(found, sources, { today, report: comments })
  return { diagnostics: inOrder([...left, ...comments.sorted()]), allowed, sources }
}

function withShown<T extends Judged>(checked: T): T {
  return {
    ...checked,
    diagnostics: checked.diagnostics.map(withShownPaths),
    allowed: checked.allowed.map(({ diagnostic, reason }) => ({ diagnostic: withShownPaths(diagnostic), reason })),
    sources: new Map([...checked.sources].map(([path, text]) => [shown(path), text])),
  }
}

interface Read {
  readonly found: readonly CheckedFile[]
  /** Files with mistakes in their YAML. */
  readonly unreadable: number
}

async function readAll(paths: readonly string[], environment: CommandEnvironment): Promise<Read> {
  const found: CheckedFile[] = []
  let unreadable = 0
  for (const path of paths) {
    const before = environment.report.errors
    const root = await readYaml(path, startOf(path), environment)
    const kind = root && fileKind(root.entries.map(({ key }) => key.value))
    if (kind) found.push({ path, root, kind })
    else if (environment.report.errors > before) unreadable += 1
  }
  return { found, unreadable }
}

interface Run {
  readonly environment: CommandEnvironment
  /** What was checked with a site, or alone, by path. */
  readonly used: Map<string, readonly CompiledPlugin[]>
  readonly words: Map<string, MatcherWord>
  readonly later: ((report: Report) => Promise<void>)[]
  /** What was loaded for a file, by its path, and whether nothing was wrong with it. */
  readonly outlines: Map<string, { readonly outline: Outline; readonly isSound: boolean }>
}

type Check = (found: CheckedFile, run: Run) => Promise<void>

const CHECKS: readonly (readonly [readonly FileKind[], Check])[] = [
  [['site'], ({ path }, run) => checkSite(path, run)],
  [['plugin', 'ruleset'], checkRules],
  [['policy'], checkPolicy],
  [['suite'], checkSuite],
]

async function checkSite(path: string, run: Run): Promise<void> {
  const { environment } = run
  const before = environment.report.errors
  const loaded = await loadSite(path, environment)
  const isSound = environment.report.errors === before
  await finishSite({ path, loaded, isSound }, run)
}

interface Site {
  readonly path: string
  readonly loaded: LoadedSite
  /** Nothing is wrong so far. */
  readonly isSound: boolean
}

async function finishSite({ path, loaded, isSound }: Site, run: Run): Promise<void> {
  const { plugins, outline, services = new Map(), listeners } = loaded
  const { environment, used } = run
  for (const [name, word] of outline?.site.vocabulary.matchers ?? []) run.words.set(name, word)
  const policies = await checkPolicies(loaded, environment)
  if (outline) run.outlines.set(path, { outline, isSound })
  if (outline && isSound) analyseLater({ outline, services, listeners, policies: filesOf(policies, loaded) }, path, run)
  for (const plugin of plugins) used.set(plugin.path, [...(used.get(plugin.path) ?? []), plugin])
  for (const policy of policies) used.set(policy, [])
}

/** False when the nearest site is not the file's; then nothing is said about it. */
async function checkInSite(site: string, isIts: (loaded: LoadedSite) => boolean, run: Run): Promise<boolean> {
  const { environment } = run
  const report = new Report()
  const loaded = await loadSite(site, { ...environment, report })
  if (!isIts(loaded)) return false
  for (const one of report.sorted()) environment.report.add({ ...one, at: one })
  await finishSite({ path: site, loaded, isSound: report.errors === 0 }, run)
  return true
}

async function checkPolicy({ path, root }: CheckedFile, run: Run): Promise<void> {
  const { environment, used } = run
  if (used.has(path)) return
  const site = await nearestSite(path, environment.files)
  const isIts = ({ plan }: LoadedSite): boolean =>
    plan?.directory !== undefined && path.startsWith(`${plan.directory}/`)
  if (site === undefined || !(await checkInSite(site, isIts, run))) checkPolicyAlone(root, environment.report)
}

/** What is wrong between builtins and a file that uses them is that file's affair: nobody changes builtins for it. */
function analyseLater(loaded: Omit<Analysed, 'isOurs'>, file: string, { environment, later }: Run): void {
  const ours = new Set(environment.builtins.values())
  later.push(async (report) => {
    const { sources } = environment
    analyse({ ...loaded, sources, isOurs: (path) => path !== file && ours.has(path) }, report)
    await analyseLists(loaded.outline, { ...environment, report })
  })
}

async function checkRules({ path, root }: CheckedFile, run: Run): Promise<void> {
  const { environment, used } = run
  checkTests(root, environment.report)
  if (used.has(path)) return
  const site = await nearestSite(path, environment.files)
  const isIts = ({ plugins }: LoadedSite): boolean => plugins.some((plugin) => plugin.path === path)
  if (site === undefined || !(await checkInSite(site, isIts, run))) used.set(path, await checkAlone(path, site, run))
}

/** Its tests, and whether the file is there that they judge. */
async function checkSuite(suite: CheckedFile, { environment }: Run): Promise<void> {
  checkTests(suite.root, environment.report)
  const named = valueOf(suite.root, 'site') ?? valueOf(suite.root, 'plugin')
  const target = targetOf(suite, environment.builtins)
  if (named && isAbsolute(target)) await readText(target, named.at, environment)
}

/** A plugin without a site: what a site would give it may be missing. */
async function checkAlone(path: string, site: string | undefined, run: Run): Promise<readonly CompiledPlugin[]> {
  const { environment } = run
  const at = startOf(path)
  const directory = dirname(site ?? path)
  const before = environment.report.errors
  const { plugins, outline } = await compileSite(
    {
      hostname: 'mx.example.org',
      entries: [{ use: path, at, args: [], match: undefined, unless: undefined, mode: undefined }],
      localDomains: { kind: 'seq', at, items: [] },
      place: { directory, defaults: directory, lenient: true },
    },
    environment,
  )
  run.outlines.set(path, { outline, isSound: environment.report.errors === before })
  if (environment.report.errors === before) analyseLater({ outline, services: undefined }, path, run)
  return plugins
}
