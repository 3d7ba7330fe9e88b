/** Runs the tests of many files: those that filters and shard select, with what they reach of the rules. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { reasonOf } from '../core/reason.ts'
import { Report } from '../language/diagnostic.ts'
import { parseYaml } from '../language/yaml/parse.ts'
import { CoverageTally, coverageOf } from '../testing/coverage.ts'
import type { Coverage } from '../testing/covered.ts'
import type { RuleFile } from '../testing/coverage-inventory.ts'
import type { MutationReport } from '../testing/mutation/report-shape.ts'
import { TouchedRules } from '../testing/mutation/run-mutants.ts'
import { runTestFile, type StaleSnapshot, type TestedFile, type TestEnvironment } from '../testing/run-tests.ts'
import { snapshotPath, writeSnapshots } from '../testing/snapshot.ts'
import { CommandError } from './exit-code.ts'
import { findYaml, shown, shownPlaces } from './find-files.ts'
import { mutateRules, type Mutating } from './mutate-rules.ts'
import { offlineWorld } from './offline.ts'
import { rememberedFiles } from './remembered-files.ts'
import { compileEnvironment } from './wiring.ts'

export interface Selection {
  /** A test is wanted that has one of these in its suite or name; all are when there is none. */
  readonly filters: readonly string[]
  readonly shard: Shard | undefined
  readonly bail: boolean
  readonly coverage: boolean
  /** What is decided now is stored, and compared with nothing. */
  readonly updateSnapshots?: boolean
  /** Rules are changed as well; a shard is one of mutants then, and all tests run. */
  readonly mutate?: Pick<Mutating, 'maxMutants' | 'maxSurvivors'> | undefined
  /** What suites of sites are run against, for the site that they name. */
  readonly site?: string
}

/** Every `of`th test, beginning with the `index`th, from 1. */
export interface Shard {
  readonly index: number
  readonly of: number
}

export interface TestedFiles extends Pick<TestedFile, 'results' | 'diagnostics' | 'sources'> {
  /** Files with tests. */
  readonly files: number
  readonly bailed: boolean
  readonly coverage?: Coverage
  /** Absent too where a test failed: what a mutant changes could not be told from that. */
  readonly mutation?: MutationReport
  readonly stale: readonly StaleSnapshot[]
  /** Files of snapshots that were written. */
  readonly written: readonly string[]
}

type OnProgress = (text: string) => void

export async function runAllTests(
  paths: readonly string[],
  selection: Selection,
  onProgress: OnProgress,
): Promise<TestedFiles> {
  const files = await findYaml(paths)
  const gathered = { tally: new CoverageTally(), touched: new TouchedRules(), asked: new Set<string>() }
  const environment = testEnvironment(selection, gathered)
  const tested: TestedFile[] = []
  const written: string[] = []
  let bailed = false
  for (const path of files) {
    const text = bailed ? undefined : await readNamed(path, environment)
    if (text === undefined || !/^(suite|tests):/m.test(text)) continue
    onProgress(`testing ${shown(path)}`)
    const one = await runTestFile(path, text, environment)
    tested.push(one)
    if (selection.updateSnapshots && (await store(path, one))) written.push(shown(snapshotPath(path)))
    bailed = selection.bail && one.results.some(({ passed }) => !passed)
  }
  const { coverage, mutate } = selection
  const rules = coverage || mutate ? await readRules(files, gathered.asked, environment) : undefined
  return {
    ...joined(tested, rules),
    bailed,
    written,
    ...(coverage && rules && { coverage: coverageOf(rules.files, gathered.tally, shown) }),
    ...(mutate && rules && (await mutated(tested, rules, { selection, gathered, environment, onProgress }))),
  }
}

/** Throws a CommandError for what cannot be read. */
async function readNamed(path: string, { files }: Pick<TestEnvironment, 'files'>): Promise<string | undefined> {
  return files.read(path).catch((fault: unknown) => {
    throw new CommandError(shownPlaces(reasonOf(fault)))
  })
}

interface Gathered {
  readonly tally: CoverageTally
  readonly touched: TouchedRules
  /** Files of plugins that tests asked. */
  readonly asked: Set<string>
}

function testEnvironment(selection: Selection, { tally, touched, asked }: Gathered): TestEnvironment {
  const { report: _report, sources: _sources, ...environment } = compileEnvironment()
  const observe: TestEnvironment['observe'] = (outcomes, of, test) => {
    for (const outcome of outcomes) tally.note(outcome)
    for (const path of of) asked.add(path)
    if (selection.mutate) touched.note(test, outcomes)
  }
  return {
    ...environment,
    files: rememberedFiles(environment.files),
    world: offlineWorld(),
    trees: new Map(),
    programs: new Map(),
    readMessage: readFile,
    isWanted: selector(selection),
    bail: selection.bail,
    ...(selection.site !== undefined && { site: selection.site }),
    updatesSnapshots: selection.updateSnapshots ?? false,
    ...((selection.coverage || selection.mutate) && { observe }),
  }
}

function selector({ filters, shard, mutate }: Selection): TestEnvironment['isWanted'] {
  let number = 0
  return ({ suite, name }) => {
    const text = `${suite} ${name}`
    if (filters.length > 0 && !filters.some((filter) => text.includes(filter))) return false
    number += 1
    return mutate !== undefined || shard === undefined || (number - shard.index) % shard.of === 0
  }
}

/** Whether anything was to be written. A file without snapshots goes away. */
async function store(path: string, { snapshots, sources }: TestedFile): Promise<boolean> {
  const file = snapshotPath(path)
  const before = sources.get(file)
  const text = snapshots.size > 0 ? writeSnapshots(snapshots) : undefined
  if (text === before) return false
  await (text === undefined ? rm(file) : writeFile(file, text))
  return true
}

interface Rules extends Pick<TestedFile, 'diagnostics' | 'sources'> {
  readonly files: readonly RuleFile[]
}

/** What the paths hold counts, and what their tests use; a builtin only where the paths name it: it has tests of its own. */
async function readRules(
  named: readonly string[],
  asked: Iterable<string>,
  { files, builtins, trees }: TestEnvironment,
): Promise<Rules> {
  const report = new Report()
  const sources = new Map<string, string>()
  const found: RuleFile[] = []
  const shipped = new Set(builtins.values())
  for (const path of new Set([...named, ...[...asked].filter((one) => !shipped.has(one))])) {
    const text = /\.ya?ml$/.test(path) ? await readNamed(path, { files }) : undefined
    if (text === undefined) continue
    sources.set(path, text)
    const root = trees?.get(path) ?? parseYaml(text, path, report)
    if (root?.kind === 'map') found.push({ path, root })
  }
  return { files: found, diagnostics: report.sorted(), sources }
}

interface MutationRun {
  readonly selection: Selection
  readonly gathered: Gathered
  readonly environment: TestEnvironment
  readonly onProgress: OnProgress
}

async function mutated(
  tested: readonly TestedFile[],
  { files, sources }: Rules,
  { selection, gathered, environment, onProgress }: MutationRun,
): Promise<Pick<TestedFiles, 'mutation'>> {
  const { mutate, shard, filters } = selection
  if (!mutate || tested.some(({ results }) => results.some(({ passed }) => !passed))) return {}
  const { observe: _, ...unobserved } = environment
  const input = { files, sources, touched: gathered.touched, environment: unobserved }
  return { mutation: await mutateRules(input, { ...mutate, shard, onlyTouched: filters.length > 0 }, onProgress) }
}

function joined(
  tested: readonly TestedFile[],
  rules: Rules | undefined,
): Omit<TestedFiles, 'bailed' | 'written' | 'coverage' | 'mutation'> {
  const parts = [...tested, ...(rules ? [rules] : [])]
  const all = parts.flatMap(({ diagnostics }) => diagnostics)
  const distinct = new Map(all.map((one) => [`${one.code} ${one.file}:${one.range.start.offset} ${one.message}`, one]))
  return {
    files: tested.length,
    results: tested.flatMap(({ results }) => results),
    diagnostics: [...distinct.values()],
    stale: tested.flatMap(({ stale }) => stale),
    sources: new Map(parts.flatMap(({ sources }) => [...sources])),
  }
}
