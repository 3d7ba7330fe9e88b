/** From the plugin list to plugins: names found, files read, rulesets opened in place, instances named. */
import { dirname, resolve } from 'node:path'
import type { Schema } from '../core/schema.ts'
import type { Report } from '../language/diagnostic.ts'
import { type MapNode, textOf, valueOf, type YamlNode } from '../language/node.ts'
import { type PluginFile, readPluginFile } from '../language/files/plugin-file.ts'
import { PLUGIN_SCHEMA } from '../language/files/plugin-schema.ts'
import { checkSchema } from '../language/schema/check.ts'
import { type PluginEntry, RULESET_SCHEMA, readEntries } from '../language/files/site-file.ts'
import { didYouMean } from '../language/fix.ts'
import type { LoadEnvironment } from './load-environment.ts'
import { type BoundParam, type BoundParams, bindParams } from './params.ts'
import { readYaml } from './read-file.ts'
import { hasStrangeParams, substitute } from './substitute.ts'

export interface ResolvedEntry {
  readonly entry: PluginEntry
  /** `:1`, or nothing. */
  readonly suffix: string
  readonly plugin:
    | { readonly kind: 'yaml'; readonly file: PluginFile }
    | { readonly kind: 'code'; readonly path: string }
}

const CODE = /\.(ts|mts|js|mjs)$/
const PATH = /^(\.{1,2}\/|\/)|\.(yaml|yml|ts|mts|js|mjs)$/
const SUFFIX = /:\d+$/

/** A path, not the name of a builtin. */
export function isPath(name: string): boolean {
  return PATH.test(name)
}

/** Deepest nesting of rulesets. */
const DEEPEST = 8

/** Where a list of entries stands. */
export interface Naming {
  /** Directory of the file that names the plugins. */
  readonly directory: string
  /** What only a site can give may be missing. */
  readonly lenient: boolean
  /** Rulesets opened on the way here, so that none can contain itself. */
  readonly opened: readonly string[]
}

export async function resolveEntries(
  entries: readonly PluginEntry[],
  naming: Naming,
  environment: LoadEnvironment,
): Promise<readonly ResolvedEntry[]> {
  const resolved: ResolvedEntry[] = []
  for (const entry of entries) resolved.push(...(await resolveEntry(entry, naming, environment)))
  return resolved
}

async function resolveEntry(
  entry: PluginEntry,
  naming: Naming,
  environment: LoadEnvironment,
): Promise<readonly ResolvedEntry[]> {
  const { directory } = naming
  const suffix = SUFFIX.exec(entry.use)?.[0] ?? ''
  const name = entry.use.slice(0, entry.use.length - suffix.length)
  const path = isPath(name) ? resolve(directory, name) : environment.builtins.get(name)
  if (path === undefined) return unknownPlugin(name, entry, environment)
  if (CODE.test(path)) return [{ entry, suffix, plugin: { kind: 'code', path } }]
  const root = await readYaml(path, entry.at, environment)
  if (!root) return []
  if (valueOf(root, 'ruleset')) return openRuleset({ root, path, entry }, naming, environment)
  const valid = checkSchema(root, PLUGIN_HEAD, environment.report, { what: 'a plugin file', definitions: DEFINITIONS })
  if (!valid) return []
  const file = readPluginFile(path, root, environment.report)
  if (file.refused !== undefined && !naming.lenient) return refusedPlugin(file.name, file.refused, entry, environment)
  return [{ entry, suffix, plugin: { kind: 'yaml', file } }]
}

function refusedPlugin(name: string, help: string, { at }: PluginEntry, { report }: LoadEnvironment): readonly [] {
  report.add({ code: 'CFG110', at, message: `plugin \`${name}\` cannot be used here`, help })
  return []
}

/** Conditions and tests are checked where they are compiled. */
const DEFINITIONS = { match: {}, test: {} }

/** Rules, and places of a log, are checked when parameters are in place. */
const PLUGIN_HEAD: Schema = {
  ...PLUGIN_SCHEMA,
  properties: {
    ...PLUGIN_SCHEMA.properties,
    log: { type: 'array', items: { type: 'object', additionalProperties: {} } },
    hooks: { type: 'object', additionalProperties: { type: 'array' } },
  },
}

function unknownPlugin(name: string, { at, typed }: PluginEntry, { report, builtins }: LoadEnvironment): readonly [] {
  report.add({
    code: 'CFG110',
    at,
    message: `unknown plugin \`${name}\``,
    ...(typed && didYouMean(typed, name, builtins.keys(), { offset: 0, length: name.length })),
    help: '`postern list builtins` shows the builtins; a file of your own begins with `./`',
  })
  return []
}

interface Ruleset {
  readonly root: MapNode
  readonly path: string
  readonly entry: PluginEntry
}

async function openRuleset(
  ruleset: Ruleset,
  naming: Naming,
  environment: LoadEnvironment,
): Promise<readonly ResolvedEntry[]> {
  const { root, path, entry } = ruleset
  const { report } = environment
  if (naming.opened.includes(path) || naming.opened.length >= DEEPEST) {
    report.add({
      code: 'CFG110',
      at: entry.at,
      message: `ruleset \`${entry.use}\` contains itself`,
      help: 'rulesets cannot be circular',
    })
    return []
  }
  if (!checkSchema(root, RULESET_SCHEMA, report, { what: 'a ruleset', definitions: DEFINITIONS })) return []
  const plugins = valueOf(root, 'plugins')
  const params = rulesetParams(ruleset, naming, report)
  if (plugins && hasStrangeParams(plugins, textOf(valueOf(root, 'ruleset')) ?? path, params, report)) return []
  const entries = readEntries(plugins && substitute(plugins, params), report)
  const inside = { ...naming, directory: dirname(path), opened: [...naming.opened, path] }
  return resolveEntries(
    entries.map((inner) => within(inner, entry)),
    inside,
    environment,
  )
}

/** The scope of the ruleset's entry holds beside those of its plugins. */
function within(inner: PluginEntry, outer: PluginEntry): PluginEntry {
  return {
    ...inner,
    match: joined('all', outer.match, inner.match),
    unless: joined('any', outer.unless, inner.unless),
    mode: outer.mode ?? inner.mode,
    trial: outer.mode ? outer.trial : inner.trial,
    skippable: outer.skippable ?? inner.skippable,
  }
}

function joined(how: 'all' | 'any', outer: YamlNode | undefined, inner: YamlNode | undefined): YamlNode | undefined {
  if (!outer || !inner) return outer ?? inner
  const { at } = outer
  const key = { kind: 'scalar', at, value: how, source: how, quoted: false } as const
  return { kind: 'map', at, entries: [{ key, value: { kind: 'seq', at, items: [outer, inner] } }] }
}

/** A ruleset hands its lists on as they were given: to its plugins they are values, not names. */
function rulesetParams({ root, path, entry }: Ruleset, { directory, lenient }: Naming, report: Report): BoundParams {
  const plugin = textOf(valueOf(root, 'ruleset')) ?? path
  const { params } = readPluginFile(path, root, report)
  const bound = bindParams(params, { plugin, at: entry.at, args: entry.args, directory, report, lenient })
  return new Map([...bound].map(([name, one]) => [name, handedOn(one, lenient)]))
}

/** Where no site says which file a list is (`lenient`), the one that is there without a word need not be. */
function handedOn(bound: BoundParam, lenient: boolean): BoundParam {
  const { declaration, isDefault, value } = bound
  const isLeftOpen = lenient && isDefault && declaration.list !== undefined && value?.kind === 'scalar'
  const plain = { ...declaration, list: undefined }
  return isLeftOpen
    ? { ...bound, declaration: { ...plain, optional: true }, value: undefined }
    : { ...bound, declaration: plain }
}
