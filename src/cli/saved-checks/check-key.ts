/** What a report depends on besides the files: the command line, the place it is run in, and Postern itself. */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { hostname } from 'node:os'
import { EXTENSION, packageFile, sourceDirectory } from '../package-files.ts'
import { fileState } from './file-state.ts'

/** Anything else of the environment may change what libraries do; these say where somebody sits. */
const NOT_ASKED: ReadonlySet<string> = new Set(['_', 'PWD', 'OLDPWD', 'SHLVL', 'COLUMNS', 'LINES', 'WINDOWID'])

const LIBRARIES = ['ajv', 'commander', 'ip-address', 're2js', 'yaml']

/** `flags` are those that change the report. Throws where a part of Postern cannot be looked at. */
export function checkKey(files: readonly string[], flags: unknown): string {
  const parts = [
    process.cwd(),
    files,
    flags,
    Object.keys(process.env)
      .filter((name) => !NOT_ASKED.has(name))
      .toSorted()
      .map((name) => [name, process.env[name]]),
    [process.versions, process.execArgv, process.getuid?.(), process.getgroups?.(), hostname()],
    ownFiles().map((path) => [path, fileState(path).text]),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** Code, builtins, rulesets and libraries: an update that leaves the version as it was counts as one. */
function ownFiles(): readonly string[] {
  const libraries = LIBRARIES.map((name) => findPackageJSON(name, import.meta.url) ?? name)
  return [
    packageFile('package.json'),
    ...libraries,
    ...filesIn(sourceDirectory(), EXTENSION),
    ...['builtins', 'rules'].flatMap((name) => filesIn(packageFile(name), '.yaml')),
  ]
}

/** Node's own recursive listing takes six times as long. */
function filesIn(directory: string, extension: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`
    if (entry.isDirectory()) return filesIn(path, extension)
    return entry.name.endsWith(extension) ? path : []
  })
}
