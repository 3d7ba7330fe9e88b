/** From the plugin list to plugins: names found, files read, rulesets opened in place, instances named. */
import { dirname, resolve } from 'node:path'
import type { PolicySource } from '../core/policy.ts'
import type { Files } from '../core/ports.ts'
import type { Schema } from '../core/schema.ts'
import type { StorePlace } from '../core/site.ts'
import type { Question } from '../core/question.ts'
import type { SourceSpec } from '../core/source.ts'
import type { TlsSettings } from '../core/tls.ts'
import type { Diagnostic, Report, Span } from '../language/diagnostic.ts'
import { type MapNode, textOf, valueOf, type YamlNode } from '../language/node.ts'
import { type PluginFile, readPluginFile } from '../language/files/plugin-file.ts'
import { PLUGIN_SCHEMA } from '../language/files/plugin-schema.ts'
import { checkSchema } from '../language/schema/check.ts'
import { type PluginEntry, RULESET_SCHEMA, readEntries } from '../language/files/site-file.ts'
import { didYouMean } from '../language/fix.ts'
import { parseYaml } from '../language/yaml/parse.ts'
import { YAML_LIMITS } from '../language/yaml/limits.ts'
import type { ForeignReader, Machine } from './import/foreign.ts'
import type { IndexedFile } from './lists/index-list-file.ts'
import { type BoundParams, bindParams } from './params.ts'
import { substitute } from './substitute.ts'

/** A list file with what was found in it. */
export interface KnownList {
  readonly list: IndexedFile
  readonly findings: readonly Diagnostic[]
}

export interface LoadEnvironment {
  readonly files: Files
  readonly report: Report
  /** Text of every YAML file read, by path. */
  readonly sources: Map<string, string>
  /** Trees of YAML files that need not be read again, by path; what is read is added. */
  readonly trees?: Map<string, MapNode>
  /** Builtins by name. */
  readonly builtins: ReadonlyMap<string, string>
  /** Lets others have their turn while a long list is read; without it nobody else waits. */
  readonly breathe?: () => Promise<void>
  /** List files that need not be indexed again, by path and kind; what is indexed is added. */
  readonly indexed?: Map<string, KnownList>
  /** Digests of the list files read, by path. */
  readonly lists?: Map<string, string>
  /** Lists outside that are named, by their id. */
  readonly outside?: Map<string, SourceSpec>
  /** What is wrong with a list outside, as far as it can be said without asking it. */
  readonly sourceFault?: (source: SourceSpec) => string | undefined
  /** The same of what a word asks outside. */
  readonly questionFault?: (question: Question) => string | undefined
  /** Names of the files in a directory, to tell a misspelt one; none where it is not there. */
  readonly namesIn?: (directory: string) => Promise<readonly string[]>
  /** What is wrong with the URL of the store, as far as it can be said without opening it. */
  readonly storeFault?: (store: StorePlace) => string | undefined
  /** Milliseconds since the epoch; without it nobody asks whether certificates are valid now, or trials over. */
  readonly now?: () => number
  /** Told of each moment at which what is reported changes: milliseconds since the epoch. */
  readonly turnsAt?: (time: number) => void
  /** What is wrong with these settings as a whole, to those who would use them. */
  readonly tlsFault?: (settings: TlsSettings) => string | undefined
  /** Policies in a directory, of so many octets at most; without it nobody looks for the default one. */
  readonly policySource?: (directory: string, mostOctets: number) => PolicySource
  /** Nobody is going to serve: keys and certificates need not be on this machine. */
  readonly offline?: boolean
  /** Where sites that another program is configured with are read. */
  readonly machine?: Machine
  /** Reads the site, whatever its file is called. */
  readonly foreign?: ForeignReader
}

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

export async function readYaml(path: string, at: Span, environment: LoadEnvironment): Promise<MapNode | undefined> {
  const { report, sources, trees } = environment
  const known = trees?.get(path)
  if (known) return known
  const before = report.errors
  const text = await readText(path, at, environment)
  if (text === undefined) return undefined
  sources.set(path, text)
  const root = parseYaml(text, path, report)
  if (root?.kind === 'map' && report.errors === before) trees?.set(path, root)
  if (root && root.kind !== 'map')
    report.add({
      code: 'CFG102',
      at: root.at,
      message: 'a file of rules is a map',
      help: 'it begins with `plugin: NAME`',
    })
  return root?.kind === 'map' ? root : undefined
}

/** Reports a file that is not there or cannot be read. */
export async function readText(
  path: string,
  at: Span,
  { files, report }: LoadEnvironment,
): Promise<string | undefined> {
  try {
    const text = await files.read(path, YAML_LIMITS.octets)
    if (text === undefined)
      report.add({
        code: 'CFG110',
        at,
        message: `there is no file ${path}`,
        help: 'names of files are relative to the file that names them',
      })
    return text
  } catch (fault) {
    report.add({ code: 'CFG110', at, message: fault instanceof Error ? fault.message : `${path} cannot be read` })
    return undefined
  }
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
  const entries = readEntries(plugins && substitute(plugins, rulesetParams(ruleset, naming, report)), report)
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
  return new Map(
    [...bound].map(([name, one]) => [name, { ...one, declaration: { ...one.declaration, list: undefined } }]),
  )
}
