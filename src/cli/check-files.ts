/** Checks files of every kind with one report: sites whole, plugins and rulesets alone, suites for their shape. */
import { dirname } from 'node:path'
import { type Analysed, analyse } from '../compiler/analysis/index.ts'
import { analyseLists } from '../compiler/analysis/lists.ts'
import { type CompiledPlugin, type CompileEnvironment, compileSite } from '../compiler/compile-site.ts'
import { readerInPlace } from '../compiler/import/index.ts'
import { loadSite } from '../compiler/load-site.ts'
import { readYaml } from '../compiler/resolve-entries.ts'
import { nearestSite } from '../compiler/site-directory.ts'
import { type Diagnostic, inOrder, Report, type Span } from '../language/diagnostic.ts'
import { type MapNode, valueOf } from '../language/node.ts'
import { POLICY_SCHEMA } from '../language/policy-file.ts'
import { type Allowed, judge } from '../language/suppressions.ts'
import { checkTests } from '../testing/check-tests.ts'
import { withChanges } from './changed-files.ts'
import { checkPolicies, checkPolicyAlone } from './check-policies.ts'
import { shown } from './find-files.ts'
import { compileEnvironment } from './wiring.ts'

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

interface Found {
  readonly path: string
  readonly root: MapNode
}

type Kind = 'site' | 'rules' | 'policy' | 'suite'

const NO_CHANGES: ReadonlyMap<string, string> = new Map()

/**
 * Sites first: a plugin that a site uses is checked there, with its arguments and the words of its neighbours. What is
 * `changed` has its text here already, by path.
 */
export async function checkFiles(
  paths: readonly string[],
  onFile: (path: string) => void,
  changed = NO_CHANGES,
): Promise<Checked> {
  const plain = compileEnvironment()
  const lists = new Set<string>()
  const environment = { ...plain, files: withChanges(plain.files, changed, (path) => void lists.add(path)) }
  const foreign = paths.filter((path) => readerInPlace(path))
  const { found, unreadable } = await readAll(
    paths.filter((path) => !foreign.includes(path)),
    environment,
  )
  const used = new Map<string, readonly CompiledPlugin[]>()
  for (const path of foreign) {
    onFile(shown(path))
    await checkSite(path, environment, used)
  }
  for (const [kind, check] of CHECKS) {
    for (const one of found.filter(({ root }) => kindOf(root) === kind)) {
      onFile(shown(one.path))
      await check(one, environment, used)
    }
  }
  const rules = new Set([...used.values()].flat().flatMap((plugin) => plugin.rules.map(({ at }) => at)))
  return {
    files: foreign.length + found.length + unreadable,
    rules: rules.size,
    lists: lists.size,
    ...judgedFindings(environment),
  }
}

function judgedFindings({ report, sources }: CompileEnvironment): Pick<Checked, 'diagnostics' | 'allowed' | 'sources'> {
  const comments = new Report()
  const today = new Date().toISOString().slice(0, 'YYYY-MM-DD'.length)
  const { left, allowed } = judge(report.sorted(), sources, { today, report: comments })
  return {
    diagnostics: inOrder([...left, ...comments.sorted()]).map(withShownPaths),
    allowed: allowed.map(({ diagnostic, reason }) => ({ diagnostic: withShownPaths(diagnostic), reason })),
    sources: new Map([...sources].map(([path, text]) => [shown(path), text])),
  }
}

interface Read {
  readonly found: readonly Found[]
  /** Files with mistakes in their YAML. */
  readonly unreadable: number
}

async function readAll(paths: readonly string[], environment: CompileEnvironment): Promise<Read> {
  const found: Found[] = []
  let unreadable = 0
  for (const path of paths) {
    const before = environment.report.errors
    const root = await readYaml(path, startOf(path), environment)
    if (root && kindOf(root)) found.push({ path, root })
    else if (environment.report.errors > before) unreadable += 1
  }
  return { found, unreadable }
}

/** Undefined for a YAML file that is none of ours. */
function kindOf(root: MapNode): Kind | undefined {
  if (valueOf(root, 'suite')) return 'suite'
  if (valueOf(root, 'plugin') || valueOf(root, 'ruleset')) return 'rules'
  if (valueOf(root, 'plugins') || valueOf(root, 'hostname')) return 'site'
  return root.entries.every(({ key }) => POLICY_KEYS.includes(key.value)) ? 'policy' : undefined
}

/** A file of these keys, and of no other, is a policy. */
const POLICY_KEYS = Object.keys(POLICY_SCHEMA.properties ?? {})

type Used = Map<string, readonly CompiledPlugin[]>
type Check = (found: Found, environment: CompileEnvironment, used: Used) => Promise<void>

const CHECKS: readonly (readonly [Kind, Check])[] = [
  ['site', ({ path }, environment, used) => checkSite(path, environment, used)],
  ['rules', checkRules],
  ['policy', checkPolicy],
  ['suite', async ({ root }, { report }) => checkTests(root, report)],
]

async function checkSite(path: string, environment: CompileEnvironment, used: Used): Promise<void> {
  const before = environment.report.errors
  const loaded = await loadSite(path, environment)
  const { plugins, outline, services = new Map(), listeners } = loaded
  if (outline && environment.report.errors === before)
    await analyseIn({ outline, services, listeners }, path, environment)
  for (const plugin of plugins) used.set(plugin.path, [...(used.get(plugin.path) ?? []), plugin])
  for (const path of await checkPolicies(loaded, environment)) used.set(path, [])
}

async function checkPolicy({ path, root }: Found, environment: CompileEnvironment, used: Used): Promise<void> {
  if (used.has(path)) return
  const site = await nearestSite(path, environment.files)
  if (site !== undefined && (await ownsPolicy(site, path))) await checkSite(site, environment, used)
  else checkPolicyAlone(root, environment.report)
}

async function ownsPolicy(site: string, path: string): Promise<boolean> {
  const { plan } = await loadSite(site, compileEnvironment())
  return plan?.directory !== undefined && path.startsWith(`${plan.directory}/`)
}

/** What is wrong between builtins and a file that uses them is that file's affair: nobody changes builtins for it. */
async function analyseIn(
  loaded: Omit<Analysed, 'isOurs'>,
  file: string,
  environment: CompileEnvironment,
): Promise<void> {
  const ours = new Set(environment.builtins.values())
  analyse({ ...loaded, isOurs: (path) => path !== file && ours.has(path) }, environment.report)
  await analyseLists(loaded.outline, environment)
}

async function checkRules({ path, root }: Found, environment: CompileEnvironment, used: Used): Promise<void> {
  checkTests(root, environment.report)
  if (used.has(path)) return
  const site = await nearestSite(path, environment.files)
  if (site !== undefined && (await usesPlugin(site, path))) await checkSite(site, environment, used)
  else used.set(path, await checkAlone(path, site, environment))
}

async function usesPlugin(site: string, path: string): Promise<boolean> {
  const { plugins } = await loadSite(site, compileEnvironment())
  return plugins.some((plugin) => plugin.path === path)
}

/** A plugin without a site: what a site would give it may be missing. */
async function checkAlone(
  path: string,
  site: string | undefined,
  environment: CompileEnvironment,
): Promise<readonly CompiledPlugin[]> {
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
  if (environment.report.errors === before) await analyseIn({ outline, services: undefined }, path, environment)
  return plugins
}

function startOf(file: string): Span {
  const position = { line: 1, column: 1, offset: 0 }
  return { file, range: { start: position, end: position } }
}

/** Reports name files as the user would type them. */
export function withShownPaths(diagnostic: Diagnostic): Diagnostic {
  return {
    ...diagnostic,
    file: shown(diagnostic.file),
    labels: diagnostic.labels.map((label) => ({ ...label, file: shown(label.file) })),
    fixes: diagnostic.fixes.map((fix) => ({
      ...fix,
      edits: fix.edits.map((edit) => ({ ...edit, file: shown(edit.file) })),
    })),
  }
}
