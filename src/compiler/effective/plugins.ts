/** The plugins of a site as its entries load them: scope, parameters, lists, each with its place. */
import type { Outline, OutlinedPlugin } from '../analysis/outline.ts'
import { type MapEntry, type MapNode, toJson, valueOf, type YamlNode } from '../../language/node.ts'
import type { NamedList } from '../lists/list-registry.ts'
import type { BoundParam } from '../params.ts'
import { concealed, isSecret } from './conceal.ts'
import type { Places } from './places.ts'
import type { EffectiveList, EffectiveParam, EffectivePlugin, EffectiveScope, Sourced } from './report.ts'

/** What is told of a plugin wherever it comes up. */
export interface PluginView {
  readonly plugin: OutlinedPlugin
  readonly entry: EffectiveScope
  /** By name: declared ones that are no lists, and `hostname`. */
  readonly parameters: ReadonlyMap<string, EffectiveParam>
  readonly lists: ReadonlyMap<string, EffectiveList>
  /** Values of its parameters that are secrets. */
  readonly secrets: readonly string[]
}

export function viewsOf({ plugins }: Outline, root: MapNode, places: Places): readonly PluginView[] {
  return plugins.map((plugin) => viewOf(plugin, root, places))
}

function viewOf(plugin: OutlinedPlugin, root: MapNode, places: Places): PluginView {
  const bound = [...plugin.params.values()].filter(({ declaration }) => !declaration.list)
  const given = plugin.file ? [] : plugin.entry.args
  const secrets = bound.flatMap(({ declaration: { name }, value }) => secretsIn(name, value))
  const lists = plugin.lists.names.flatMap((name) => plugin.lists.get(name) ?? [])
  const shown = lists.map((list) => shownList(list, saidOf(list, plugin, root), places))
  return {
    plugin,
    entry: scopeOf(plugin, secrets, places),
    parameters: new Map([
      ...bound.map((one) => [one.declaration.name, shownParam(one, { root, secrets, places })] as const),
      ...given.map((one) => [one.key.value, shownArgument(one, places)] as const),
    ]),
    lists: new Map(shown.map((list) => [list.name, list])),
    secrets,
  }
}

export function pluginIn({ plugin, entry, parameters, lists }: PluginView, places: Places): EffectivePlugin {
  const { name, path, file } = plugin
  const declared = new Set(file ? file.params.map((one) => one.name) : parameters.keys())
  const own = new Set([...(file?.lists ?? []), ...(file?.params ?? [])].map((one) => one.name))
  return {
    name,
    use: plugin.entry.use,
    at: places.of(plugin.entry.at),
    file: places.shown(path),
    summary: file?.summary ?? '',
    entry,
    parameters: [...parameters.values()].filter((one) => declared.has(one.name)),
    lists: [...lists.values()].filter((list) => own.has(list.name)),
  }
}

function scopeOf({ entry }: OutlinedPlugin, secrets: readonly string[], places: Places): EffectiveScope {
  const { match, unless, mode, trial, skippable } = entry
  const said = (name: string, node: YamlNode | undefined): Readonly<Record<string, Sourced>> =>
    node ? { [name]: { value: concealed(toJson(node), name, secrets), from: 'given', at: places.of(node.at) } } : {}
  return {
    ...said('match', match),
    ...said('unless', unless),
    ...(mode && { mode }),
    ...said('until', trial?.until),
    ...said('sample', trial?.sample),
    ...(skippable && { skippable: places.of(skippable) }),
  }
}

function secretsIn(name: string, value: YamlNode | undefined): readonly string[] {
  if (!value || !isSecret(name, toJson(value))) return []
  return [toJson(value)].flat().filter((one): one is string => typeof one === 'string' && one !== '')
}

interface Showing {
  readonly root: MapNode
  readonly secrets: readonly string[]
  readonly places: Places
}

function shownParam({ declaration, value, isDefault }: BoundParam, { root, secrets, places }: Showing): EffectiveParam {
  const { name, summary } = declaration
  if (!value) return { name, summary }
  const given = name === 'hostname' ? valueOf(root, name) : undefined
  return {
    name,
    summary,
    value: concealed(toJson(value), name, secrets),
    from: isDefault && !given ? 'default' : 'given',
    at: places.of((given ?? value).at),
  }
}

/** Of a plugin in TypeScript, which knows its options itself. */
function shownArgument({ key, value }: MapEntry, places: Places): EffectiveParam {
  const name = key.value
  return { name, summary: '', value: concealed(toJson(value), name), from: 'given', at: places.of(value.at) }
}

/** Where a list was said to be what it is. */
interface Said {
  readonly value: YamlNode
  readonly isDefault: boolean
}

/** Entries are counted, not told: there may be millions, and some are secrets. */
function shownList({ name, kind, index, source }: NamedList, said: Said | undefined, places: Places): EffectiveList {
  const origin = said && ({ from: said.isDefault ? 'default' : 'given', at: places.of(said.value.at) } as const)
  if (!index) return { name, kind, where: source?.shown ?? 'outside', ...origin }
  const where = said?.value.kind === 'seq' ? places.of(said.value.at) : places.shown(index.source)
  return { name, kind, entries: index.size, where, ...origin }
}

function saidOf({ name }: NamedList, { file, params }: OutlinedPlugin, root: MapNode): Said | undefined {
  const param = params.get(name)
  const own = file?.lists.find((list) => list.name === name)
  const value = param?.declaration.list ? param.value : own ? own.value : valueOf(root, name)
  return value && { value, isDefault: param?.isDefault ?? false }
}
