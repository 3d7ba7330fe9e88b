/** Reads another program's configuration as a site, compiles it to see that it works, and writes it down. */
import { readFileSync } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Difference, readDifferences } from '../compiler/import/differences.ts'
import type { ForeignSite } from '../compiler/import/foreign.ts'
import { PROGRAMS, type ProgramName } from '../compiler/import/index.ts'
import { printSite } from '../compiler/import/print-site.ts'
import { loadSite } from '../compiler/load-site.ts'
import { SITE_FILE } from '../compiler/site-directory.ts'
import { reasonOf } from '../core/reason.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { count } from './counts.ts'
import { CommandError } from './exit-code.ts'
import { compileEnvironment, packageFile } from './wiring.ts'

export interface ImportedSite {
  /** Undefined when there was nothing to read. */
  readonly site: ForeignSite | undefined
  /** Files that were read. */
  readonly files: number
  /** Rules that the site has, those of its builtins too: what `postern check` counts of it. */
  readonly rules: number
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: ReadonlyMap<string, string>
}

/** The known differences of a program, from its page; none for a program that has no page. */
export function differencesFrom(program: ProgramName): readonly Difference[] {
  try {
    return readDifferences(readFileSync(packageFile(`docs/${program}-differences.md`), 'utf8'))
  } catch {
    return []
  }
}

/** `directory` is absolute. */
export async function importSite(program: ProgramName, directory: string): Promise<ImportedSite> {
  const { site: name, read } = PROGRAMS[program]
  const environment = compileEnvironment()
  const differences = differencesFrom(program)
  let site: ForeignSite | undefined
  const { plugins } = await loadSite(join(directory, name), {
    ...environment,
    foreign: async (path, given) => (site = await read(path, { ...given, differences })),
  })
  const { report, sources, builtins } = environment
  const shipped = new Set(builtins.values())
  const files = [...sources.keys()].filter((path) => !shipped.has(path)).length
  const rules = new Set(plugins.flatMap((plugin) => plugin.rules.map(({ at }) => at))).size
  return { site, files, rules, diagnostics: report.sorted(), sources }
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
    await writeText(path, printSite(site, [`Made by \`postern import ${from}\`. Lists are used where they lie.`]))
    for (const [name, text] of site.copies)
      await writeText(join(to, name), text, site.secrets?.has(name) ? 0o600 : 0o644)
    return site.copies.size === 0 ? path : `${path} and ${count(site.copies.size, 'more file')}`
  } catch (fault) {
    throw new CommandError(`${to} cannot be written: ${reasonOf(fault)}`)
  }
}

async function writeText(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { mode })
}
