/** The one place where production puts the parts together: words, builtins, files, modules. */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { registerHooks, type ResolveHookSync } from 'node:module'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CompileEnvironment } from '../compiler/compile-site.ts'
import type { PolicySource } from '../core/policy.ts'
import type { Vocabulary } from '../core/word.ts'
import { DELIVERIES } from '../delivery/index.ts'
import { Report } from '../language/diagnostic.ts'
import { AUTH_WORDS } from '../ports/auth/index.ts'
import { spf } from '../ports/spf.ts'
import { policyFiles } from '../ports/policies/policy-files.ts'
import { systemClock } from '../ports/system-clock.ts'
import { sourceFault } from '../ports/sources/open-source.ts'
import { questionFault } from '../ports/questions/open-question.ts'
import { storeFault } from '../ports/store/open-store.ts'
import { tlsFault } from '../server/tls.ts'
import { MATCHERS } from '../vocabulary/index.ts'
import { codeGuard } from './code-guard.ts'
import { type FileWorld, fileWorld } from './file-world.ts'
import { EXTENSION, packageFile } from './package-files.ts'

export { EXTENSION, packageFile }

const { files, machine, policySource, allPolicies } = fileWorld()

export const VOCABULARY: Vocabulary = {
  matchers: new Map([...MATCHERS, ...AUTH_WORDS, spf].map((word) => [word.name, word])),
  deliveries: new Map(DELIVERIES.map((word) => [word.name, word])),
}

/** `dnsbl` → `…/builtins/dnsbl.yaml`, `queue/maildir` → `…/builtins/queue/maildir.yaml`. */
export function builtinFiles(): ReadonlyMap<string, string> {
  return filesByName(packageFile('builtins'))
}

/** `rules/recommended` → `…/rules/recommended.yaml`. */
function rulesetFiles(): ReadonlyMap<string, string> {
  const named = [...filesByName(packageFile('rules'))].filter(([name]) => !name.endsWith('.test'))
  return new Map(named.map(([name, path]) => [`rules/${name}`, path]))
}

function filesByName(directory: string): ReadonlyMap<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.yaml'),
  )
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted()
  return new Map(paths.map((path) => [relative(directory, path).slice(0, -'.yaml'.length), path]))
}

export type CommandEnvironment = CompileEnvironment & Pick<FileWorld, 'allPolicies'>

export function compileEnvironment(report = new Report()): CommandEnvironment {
  return {
    files,
    report,
    sources: new Map(),
    builtins: new Map([...builtinFiles(), ...rulesetFiles()]),
    vocabulary: VOCABULARY,
    importModule,
    guardCode: codeGuard(systemClock()),
    now: () => Date.now(),
    tlsFault,
    sourceFault,
    questionFault: (question) => questionFault(question),
    storeFault,
    namesIn: (directory) => readdir(directory).catch(() => []),
    policySource,
    offline: true,
    machine,
    allPolicies,
  }
}

/** Off a server. */
export { policySource }

/** For a server. */
export function servedPolicies(directory: string, mostOctets: number): PolicySource {
  return policyFiles({ directory, mostOctets, clock: systemClock() })
}

/** Plugins write `import { definePlugin } from 'postern'` wherever they lie; this program answers, so there is one Postern. */
const PUBLIC_ENTRY = new URL(`../index${EXTENSION}`, import.meta.url).href
let isRegistered = false

async function importModule(path: string): Promise<unknown> {
  if (!isRegistered) {
    registerHooks({ resolve: resolveForPlugins })
    isRegistered = true
  }
  const module: unknown = await import(`${pathToFileURL(path).href}?${await digestOf(path)}`)
  return module
}

/** A package.json above the site may say that its files are CommonJS (`npm init` does); TypeScript plugins are not. */
const resolveForPlugins: ResolveHookSync = (name, context, next) => {
  if (name === 'postern') return { url: PUBLIC_ENTRY, shortCircuit: true }
  const resolved = next(name, context)
  return resolved.format === 'commonjs-typescript' ? { ...resolved, format: 'module-typescript' } : resolved
}

/** Node keeps modules by address: one that changed since the last load gets a new one. */
async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 16)
}
