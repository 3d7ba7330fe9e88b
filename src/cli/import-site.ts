/** Reads another program's configuration as a site, compiles it to see that it works, and writes it down. */
import { readFileSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Difference, readDifferences } from '../compiler/import/differences.ts'
import { printSuite } from '../compiler/import/draft.ts'
import { type Candidate, FIRST_TESTS } from '../compiler/import/first-tests.ts'
import type { ForeignSite } from '../compiler/import/foreign.ts'
import { PROGRAMS, type ProgramName } from '../compiler/import/index.ts'
import { printSite } from '../compiler/import/print-site.ts'
import { loadSite } from '../compiler/load-site.ts'
import { SITE_FILE } from '../compiler/site-directory.ts'
import { reasonOf } from '../core/reason.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { count } from './counts.ts'
import { CommandError } from './exit-code.ts'
import { fencedFiles } from './fenced-files.ts'
import { maskSecrets } from './masked-secrets.ts'
import { writeWhole } from './replace-file.ts'
import { runAllTests } from './run-all-tests.ts'
import { compileEnvironment, packageFile } from './wiring.ts'

export interface ImportedSite {
  /** Undefined when there was nothing to read. */
  readonly site: ForeignSite | undefined
  /** Files that were read. */
  readonly files: number
  /** Rules that the site has, those of its builtins too: what `postern check` counts of it. */
  readonly rules: number
  readonly diagnostics: readonly Diagnostic[]
  /** Without passwords. */
  readonly sources: ReadonlyMap<string, string>
}

/** Certificates are elsewhere on most machines, and in no report. */
const CERTIFICATES = ['/etc/ssl', '/etc/letsencrypt', '/etc/pki']

/** The known differences of a program, from its page; none for a program that has no page. */
function differencesFrom(program: ProgramName): readonly Difference[] {
  try {
    return readDifferences(readFileSync(packageFile(`docs/${program}-differences.md`), 'utf8'))
  } catch {
    return []
  }
}

/** `directory` is absolute, and so are those in `follow`: nothing is read outside of them. */
export async function importSite(
  program: ProgramName,
  directory: string,
  follow: readonly string[] = [],
): Promise<ImportedSite> {
  const { site: name, read, places } = PROGRAMS[program]
  const environment = compileEnvironment()
  const theirs = [directory, ...follow, ...places]
  const reading = fencedFiles(environment.files, theirs)
  const own = [packageFile('builtins'), packageFile('rules')]
  const files = fencedFiles(environment.files, [...theirs, ...own], CERTIFICATES)
  const differences = differencesFrom(program)
  let site: ForeignSite | undefined
  const { plugins } = await loadSite(join(directory, name), {
    ...environment,
    files,
    foreign: async (path, given) => (site = await read(path, { ...given, files: reading, differences })),
  })
  const { report, sources, builtins } = environment
  const shipped = new Set(builtins.values())
  const found = [...sources].filter(([path]) => !shipped.has(path))
  const rules = new Set(plugins.flatMap((plugin) => plugin.rules.map(({ at }) => at))).size
  const shown = new Map(found.map(([path, text]) => [path, maskSecrets(path, text)]))
  return { site, files: found.length, rules, diagnostics: report.sorted(), sources: new Map([...sources, ...shown]) }
}

export interface Target {
  readonly to: string
  /** Whether a site that is there may be written over. */
  readonly force: boolean
  /** For the first line: the program and its directory. */
  readonly from: string
}

/** Answers with the path of the site file, and how many more there are. Throws a CommandError when it cannot be written. */
export async function writeSite(site: ForeignSite, { to, force, from }: Target): Promise<string> {
  const path = join(to, SITE_FILE)
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  if (isThere && !force) throw new CommandError(`${path} is there already; \`--force\` writes over it`)
  try {
    const text = printSite(site, [`Made by \`postern import ${from}\`. Lists are used where they lie.`])
    await writeText(path, text, await modeLike([site.root.at.file]))
    for (const [name, copy] of site.copies)
      await writeText(join(to, name), copy, site.modes?.get(name) ?? (await modeLike(site.madeFrom?.get(name) ?? [])))
    const tests = await writeTests(site, to)
    const written = site.copies.size === 0 ? path : `${path} and ${count(site.copies.size, 'more file')}`
    return [written, ...tests].join('\n')
  } catch (fault) {
    throw new CommandError(`${to} cannot be written: ${reasonOf(fault)}`)
  }
}

const EVERY_TEST = { filters: [], shard: undefined, bail: false, coverage: false } as const

/** Those first tests that hold; answers with a sentence about them. */
async function writeTests({ tests: candidates }: ForeignSite, to: string): Promise<readonly string[]> {
  if (!candidates) return []
  const { suite, given, tests } = candidates
  const path = join(to, FIRST_TESTS)
  const holding = async (some: readonly Candidate[]): Promise<readonly Candidate[]> => {
    await writeText(path, printSuite(suite, given, some))
    const { results } = await runAllTests([path], EVERY_TEST, () => undefined)
    return some.filter((_, index) => results[index]?.passed === true)
  }
  const kept = await keptOf(tests, holding)
  const passed = await holding(kept)
  const failed = kept.filter((one) => !passed.includes(one)).map(({ name }) => `; it does not hold that ${name}`)
  return [
    `${path} has ${count(kept.length, 'first test')} for \`postern test\`, ${passed.length} passed${failed.join('')}`,
  ]
}

/** With the first recipient who gets mail: where nobody does, a refusal says nothing. */
async function keptOf(
  tests: readonly Candidate[],
  holding: (some: readonly Candidate[]) => Promise<readonly Candidate[]>,
): Promise<readonly Candidate[]> {
  const certain = tests.filter(({ isCertain }) => isCertain)
  const alone = tests.filter((one) => one.to === undefined && !one.isCertain)
  for (const group of Map.groupBy(tests, ({ to }) => to).values()) {
    const [mail] = group
    const held = mail?.to === undefined ? [] : await holding([...alone, ...group])
    if (mail && held.includes(mail)) return [...certain, ...held]
  }
  return [...certain, ...(await holding(alone))]
}

const [FOR_ALL, FOR_GROUP, READABLE_BY_ALL] = [0o644, 0o640, 0o004]

/** What is made from a file that is not for everybody is not either. */
async function modeLike(files: readonly string[]): Promise<number> {
  const modes = await Promise.all(files.map(async (file) => (await stat(file).catch(() => undefined))?.mode ?? FOR_ALL))
  return modes.every((mode) => (mode & READABLE_BY_ALL) !== 0) ? FOR_ALL : FOR_GROUP
}

async function writeText(path: string, text: string, mode = FOR_ALL): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeWhole(path, text, mode)
}
