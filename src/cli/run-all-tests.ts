/** Runs the tests of many files: those that filters and shard select, with what they reach of the rules. */
import { readFile } from 'node:fs/promises'
import { Report } from '../language/diagnostic.ts'
import { parseYaml } from '../language/yaml.ts'
import { type Coverage, CoverageTally, coverageOf } from '../testing/coverage.ts'
import type { RuleFile } from '../testing/coverage-inventory.ts'
import { runTestFile, type TestedFile, type TestEnvironment } from '../testing/run-tests.ts'
import { findYaml, shown } from './find-files.ts'
import { offlineWorld } from './offline.ts'
import { compileEnvironment } from './wiring.ts'

export interface Selection {
  /** A test is wanted that has one of these in its suite or name; all are when there is none. */
  readonly filters: readonly string[]
  readonly shard: Shard | undefined
  readonly bail: boolean
  readonly coverage: boolean
}

/** Every `of`th test, beginning with the `index`th, from 1. */
export interface Shard {
  readonly index: number
  readonly of: number
}

export interface TestedFiles extends TestedFile {
  /** Files with tests. */
  readonly files: number
  readonly bailed: boolean
  readonly coverage?: Coverage
}

export async function runAllTests(
  paths: readonly string[],
  selection: Selection,
  onFile: (path: string) => void,
): Promise<TestedFiles> {
  const files = await findYaml(paths)
  const tally = new CoverageTally()
  const asked = new Set<string>()
  const environment = testEnvironment(selection, (outcomes, of) => {
    for (const outcome of outcomes) tally.note(outcome)
    for (const path of of) asked.add(path)
  })
  const tested: TestedFile[] = []
  let bailed = false
  for (const path of files) {
    const text = bailed ? undefined : await environment.files.read(path)
    if (text === undefined || !/^(suite|tests):/m.test(text)) continue
    onFile(shown(path))
    tested.push(await runTestFile(path, text, environment))
    bailed = selection.bail && tested.some(({ results }) => results.some(({ passed }) => !passed))
  }
  const measured = selection.coverage ? await measure(files, asked, environment, tally) : undefined
  return { ...joined(tested, measured), bailed }
}

function testEnvironment(selection: Selection, observe: NonNullable<TestEnvironment['observe']>): TestEnvironment {
  const { report: _report, sources: _sources, ...environment } = compileEnvironment()
  return {
    ...environment,
    world: offlineWorld(),
    trees: new Map(),
    programs: new Map(),
    readMessage: readFile,
    isWanted: selector(selection),
    bail: selection.bail,
    ...(selection.coverage && { observe }),
  }
}

function selector({ filters, shard }: Selection): TestEnvironment['isWanted'] {
  let number = 0
  return ({ suite, name }) => {
    const text = `${suite} ${name}`
    if (filters.length > 0 && !filters.some((filter) => text.includes(filter))) return false
    number += 1
    return shard === undefined || (number - shard.index) % shard.of === 0
  }
}

type Measured = Pick<TestedFile, 'diagnostics' | 'sources'> & { readonly coverage: Coverage }

/** What the paths hold counts, and what their tests use; a builtin only where the paths name it: it has tests of its own. */
async function measure(
  named: readonly string[],
  asked: Iterable<string>,
  { files, builtins }: TestEnvironment,
  tally: CoverageTally,
): Promise<Measured> {
  const report = new Report()
  const sources = new Map<string, string>()
  const found: RuleFile[] = []
  const shipped = new Set(builtins.values())
  for (const path of new Set([...named, ...[...asked].filter((one) => !shipped.has(one))])) {
    const text = /\.ya?ml$/.test(path) ? await files.read(path) : undefined
    if (text === undefined) continue
    sources.set(path, text)
    const root = parseYaml(text, path, report)
    if (root?.kind === 'map') found.push({ path, root })
  }
  return { coverage: coverageOf(found, tally, shown), diagnostics: report.sorted(), sources }
}

function joined(tested: readonly TestedFile[], measured: Measured | undefined): Omit<TestedFiles, 'bailed'> {
  const parts = [...tested, ...(measured ? [measured] : [])]
  const all = parts.flatMap(({ diagnostics }) => diagnostics)
  const distinct = new Map(all.map((one) => [`${one.code} ${one.file}:${one.range.start.offset} ${one.message}`, one]))
  return {
    files: tested.length,
    results: tested.flatMap(({ results }) => results),
    diagnostics: [...distinct.values()],
    stale: tested.flatMap(({ stale }) => stale),
    sources: new Map(parts.flatMap(({ sources }) => [...sources])),
    ...(measured && { coverage: measured.coverage }),
  }
}
