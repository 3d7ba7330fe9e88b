/** What the tests of a file judge: a plugin alone, with the parameters of each test, or a whole site. */
import { dirname, resolve } from 'node:path'
import { type CompiledPlugin, type CompileEnvironment, compileSite, type SiteSpec } from '../compiler/compile-site.ts'
import { loadSite } from '../compiler/load-site.ts'
import { barePlan } from '../compiler/policies/policy-plan.ts'
import { isPath } from '../compiler/resolve-entries.ts'
import { siteDirectory } from '../compiler/site-directory.ts'
import type { PolicyPlan } from '../core/policy.ts'
import type { Program } from '../core/program.ts'
import type { Site } from '../core/site.ts'
import type { Report } from '../language/diagnostic.ts'
import { type MapNode, type SeqNode, textOf, toJson, valueOf, type YamlNode } from '../language/node.ts'
import { readPluginFile } from '../language/files/plugin-file.ts'
import { casesIn, isSuite, isTest } from './check-tests.ts'
import type { SessionRecord } from './session-record.ts'
import { readTestCase, type TestCase } from './test-case.ts'

/** What a file's tests run against. */
export interface Subject {
  readonly suite: string
  readonly tests: SeqNode
  readonly given: SessionRecord
  readonly directory: string
  /** One plugin alone. */
  readonly isolated: boolean
  compile(test: TestCase, report: Report, environment: SubjectEnvironment): Promise<Compiled>
}

export interface Compiled {
  /** Undefined when something is wrong; the report says what. */
  readonly program: Program | undefined
  readonly hostname: string
  readonly policies?: PolicyPlan | undefined
  /** Files of the plugins in it. */
  readonly files: readonly string[]
}

/** What subjects are compiled with. */
export interface SubjectEnvironment extends Omit<CompileEnvironment, 'report' | 'sources'> {
  /** A site that is loaded already, by the path of its file: its tests judge what is going to serve. */
  readonly loaded?: (path: string) => Pick<Site, 'program' | 'hostname' | 'policies'> | undefined
  /** What suites of sites are run against, for the site that they name. */
  readonly site?: string
  /** Programs compiled before, by what they were compiled from: tests that judge the same share one. */
  readonly programs?: Map<string, Compiled>
}

const HOSTNAME = 'mx.example.org'

/** Undefined when the file has no tests, or is wrong; that has been reported then. */
export function subjectOf(root: MapNode, path: string, report: Report): Subject | undefined {
  if (valueOf(root, 'suite')) return suiteSubject(root, path, report)
  const { tests, name } = readPluginFile(path, root, report)
  if (!tests) return undefined
  return {
    suite: name,
    tests,
    given: {},
    directory: dirname(path),
    isolated: true,
    compile: (test, inner, environment) => compilePlugin(path, test, inner, environment),
  }
}

function suiteSubject(root: MapNode, path: string, report: Report): Subject | undefined {
  if (!isSuite(root, report)) return undefined
  const [tests, given] = [valueOf(root, 'tests'), valueOf(root, 'given')]
  const compile = compileFor(root, dirname(path))
  if (tests?.kind !== 'seq' || !compile) return reportNothingNamed(root, report)
  return {
    suite: textOf(valueOf(root, 'suite')) ?? path,
    tests,
    given: given ? (toJson(given) as SessionRecord) : {},
    directory: dirname(path),
    isolated: !valueOf(root, 'site'),
    compile,
  }
}

/** Undefined when the suite names neither a site nor a plugin. */
function compileFor(root: MapNode, directory: string): Subject['compile'] | undefined {
  const [site, plugin] = [textOf(valueOf(root, 'site')), textOf(valueOf(root, 'plugin'))]
  if (site !== undefined)
    return (_, report, environment) =>
      compileWholeSite(resolve(directory, environment.site ?? site), report, environment)
  if (plugin === undefined) return undefined
  const use = isPath(plugin) ? resolve(directory, plugin) : plugin
  return (test, report, environment) => compilePlugin(use, test, report, environment)
}

function reportNothingNamed(root: MapNode, report: Report): undefined {
  report.add({
    code: 'CFG103',
    at: valueOf(root, 'suite')?.at ?? root.at,
    message: 'a suite names what it tests',
    help: 'add `site: ../postern.yaml` or `plugin: ./rules/house.yaml`',
  })
}

export function readCases({ tests, given }: Subject, report: Report): readonly TestCase[] {
  const valid = casesIn(tests, report).filter((node): node is MapNode => isTest(node, report))
  return valid.map((node) => readTestCase(node, given))
}

async function compilePlugin(
  use: string,
  test: TestCase,
  report: Report,
  environment: SubjectEnvironment,
): Promise<Compiled> {
  const key = JSON.stringify([
    use,
    test.at.file,
    test.args.map(({ key: { value }, value: given }) => [value, written(given)]),
    test.localDomains && written(test.localDomains),
  ])
  const known = environment.programs?.get(key)
  if (known) return known
  const directory = await siteDirectory(test.at.file, environment.files)
  const spec: SiteSpec = {
    hostname: HOSTNAME,
    entries: [{ use, at: test.at, args: test.args, match: undefined, unless: undefined, mode: undefined }],
    localDomains: test.localDomains ?? { kind: 'seq', at: test.at, items: [] },
    place: { directory, defaults: directory, lenient: true },
  }
  const { program, plugins, policies } = await compileSite(spec, { ...environment, report, sources: new Map() })
  return remember(
    key,
    { program, hostname: HOSTNAME, policies: barePlan(policies), files: plugins.map((one) => one.path) },
    plugins,
    environment,
  )
}

/** Scalars as they were typed: `5.10` and `"5.10"` are two things. */
function written(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.quoted ? [node.source] : node.source
  return node.kind === 'seq'
    ? { items: node.items.map(written) }
    : node.entries.map(({ key, value }) => [key.value, written(value)])
}

/** What a plugin in TypeScript keeps for itself is no other test's. */
function remember(
  key: string,
  compiled: Compiled,
  plugins: readonly CompiledPlugin[],
  { programs }: SubjectEnvironment,
): Compiled {
  if (compiled.program && plugins.every(({ file }) => file !== undefined)) programs?.set(key, compiled)
  return compiled
}

async function compileWholeSite(path: string, report: Report, environment: SubjectEnvironment): Promise<Compiled> {
  const loaded = environment.loaded?.(path)
  if (loaded) return { ...loaded, files: [] }
  const known = environment.programs?.get(path)
  if (known) return known
  const { site, plugins } = await loadSite(path, { ...environment, report, sources: new Map() })
  const compiled = {
    program: site?.program,
    hostname: site?.hostname ?? HOSTNAME,
    policies: site?.policies,
    files: plugins.map((one) => one.path),
  }
  return remember(path, compiled, plugins, environment)
}
