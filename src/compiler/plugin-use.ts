/** A plugin file as an entry of a site uses it: with its name there, its parameters bound and its lists read. */
import type { YamlNode } from '../language/node.ts'
import type { PluginFile } from '../language/files/plugin-file.ts'
import type { PluginEntry } from '../language/files/site-file.ts'
import type { NamedList } from './lists/list-registry.ts'
import { bindParams, type BoundParams } from './params.ts'
import type { PluginUse } from './plugin.ts'
import { type ListPlace, readLists } from './lists/plugin-lists.ts'
import type { LoadEnvironment } from './load-environment.ts'
import type { ResolvedEntry } from './resolve-entries.ts'

/** Where the entry stands. */
export interface UsingSite {
  readonly hostname: string
  readonly place: ListPlace
  /** Lists of the site. */
  readonly shared: readonly NamedList[]
}

/** Undefined for a plugin in TypeScript. */
export async function useOf(
  { entry, suffix, plugin }: ResolvedEntry,
  site: UsingSite,
  environment: LoadEnvironment,
): Promise<PluginUse | undefined> {
  if (plugin.kind === 'code') return undefined
  const { file } = plugin
  const given = site.place.lenient ? entry.args.filter(({ key }) => hasList(file, key.value)) : []
  const besides = given.map(({ key }) => key.value)
  const params = boundParams(file, { entry, besides }, site, environment)
  const lists = await readLists({ file, params, given }, site.place, environment, site.shared)
  const { match, unless, mode, trial, monitored, skippable } = entry
  return { file, name: `${file.name}${suffix}`, params, lists, match, unless, mode, trial, monitored, skippable }
}

function hasList({ lists }: PluginFile, wanted: string): boolean {
  return lists.some(({ name }) => name === wanted)
}

function boundParams(
  file: PluginFile,
  { entry, besides }: { readonly entry: PluginEntry; readonly besides: readonly string[] },
  { hostname, place: { directory, lenient } }: UsingSite,
  { report }: LoadEnvironment,
): BoundParams {
  const { at, args } = entry
  const own = bindParams(file.params, { plugin: file.name, at, args, directory, report, lenient, besides })
  return new Map([...siteParams(hostname, entry), ...own])
}

/** `${hostname}` is a parameter of every plugin. */
function siteParams(hostname: string, { at }: PluginEntry): BoundParams {
  const declaration = {
    name: 'hostname',
    at,
    type: 'text',
    list: undefined,
    values: undefined,
    default: undefined,
    optional: false,
    summary: 'Our own name',
  } as const
  const value: YamlNode = { kind: 'scalar', at, value: hostname, source: hostname, quoted: false }
  return new Map([['hostname', { declaration, value, isDefault: true }]])
}
