/** Checks files of every kind with one report: sites whole, plugins and rulesets alone, suites for their shape. */
import { dirname } from 'node:path'
import { type CompiledPlugin, type CompileEnvironment, compileSite } from '../compiler/compile-site.ts'
import { loadSite } from '../compiler/load-site.ts'
import { readYaml } from '../compiler/resolve-entries.ts'
import type { Diagnostic, Span } from '../language/diagnostic.ts'
import { type MapNode, valueOf } from '../language/node.ts'
import { checkTests } from '../testing/check-tests.ts'
import { shown } from './find-files.ts'
import { compileEnvironment } from './wiring.ts'

export interface Checked {
  readonly files: number
  readonly rules: number
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: ReadonlyMap<string, string>
}

interface Found {
  readonly path: string
  readonly root: MapNode
}

export async function checkFiles(paths: readonly string[], onFile: (path: string) => void): Promise<Checked> {
  const environment = compileEnvironment()
  const rules = new Set<string>()
  let files = 0
  for (const path of paths) {
    onFile(shown(path))
    const before = environment.report.errors
    const root = await readYaml(path, startOf(path), environment)
    const plugins = root && (await checkOne({ path, root }, environment))
    if (plugins || environment.report.errors > before) files += 1
    for (const { at } of plugins?.flatMap((plugin) => plugin.rules) ?? []) rules.add(at)
  }
  const sources = new Map([...environment.sources].map(([path, text]) => [shown(path), text]))
  return { files, rules: rules.size, diagnostics: environment.report.sorted().map(withShownPaths), sources }
}

/** Undefined for a YAML file that is none of ours. */
async function checkOne(
  { path, root }: Found,
  environment: CompileEnvironment,
): Promise<readonly CompiledPlugin[] | undefined> {
  if (valueOf(root, 'suite')) {
    checkTests(root, environment.report)
    return []
  }
  if (valueOf(root, 'plugin') || valueOf(root, 'ruleset')) {
    const plugins = await checkAlone(path, environment)
    checkTests(root, environment.report)
    return plugins
  }
  if (!valueOf(root, 'plugins') && !valueOf(root, 'hostname')) return undefined
  const { plugins } = await loadSite(path, environment)
  return plugins
}

/** A plugin without a site: what a site would give it may be missing. */
async function checkAlone(path: string, environment: CompileEnvironment): Promise<readonly CompiledPlugin[]> {
  const at = startOf(path)
  const directory = dirname(path)
  const { plugins } = await compileSite(
    {
      hostname: 'mx.example.org',
      entries: [{ use: path, at, args: [], match: undefined, unless: undefined, mode: undefined }],
      localDomains: { kind: 'seq', at, items: [] },
      place: { directory, defaults: directory, lenient: true },
    },
    environment,
  )
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
  }
}
