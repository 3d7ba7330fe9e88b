/** The plugins of a site as its entries load them: scope, parameters, lists, each with its place. */
import type { Outline, OutlinedPlugin } from '../analysis/outline.ts'
import { type MapEntry, type MapNode, toJson, type YamlNode } from '../../language/node.ts'
import type { NamedList } from '../list-registry.ts'
import type { BoundParam } from '../params.ts'
import { concealed, isSecret } from './conceal.ts'
import type { Places } from './places.ts'
import type { EffectiveList, EffectiveParam, EffectivePlugin, EffectiveScope, Sourced } from './report.ts'

/** What is told of a plugin wherever it comes up. */
export interface PluginView {
  readonly plugin: OutlinedPlugin
  readonly entry: EffectiveScope
  /** By name: declared ones, and `hostname`. */
  readonly parameters: ReadonlyMap<string, EffectiveParam>
  readonly lists: ReadonlyMap<string, EffectiveList>
  /** Values of its parameters that are secrets. */
  readonly secrets: readonly string[]
}

export function viewsOf({ plugins }: Outline, root: MapNode, places: Places): readonly PluginView[] {
  return plugins.map((plugin) => viewOf(plugin, root, places))
}

function viewOf(plugin: OutlinedPlugin, root: MapNode, places: Places): PluginView {
  const bound = [...plugin.params.values()]
  const given = plugin.file ? [] : plugin.entry.args
  const secrets = bound.flatMap(({ declaration: { name, list }, value }) =>
    list && value?.kind === 'scalar' ? [] : secretsIn(name, value),
  )
  const lists = plugin.lists.names.flatMap((name) => plugin.lists.get(name) ?? [])
  const shown = lists.map((list) => shownList(list, valueOfList(list, plugin, root), places))
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

/** Entries of a list are counted, not told: there may be millions, and some are secrets. */
function shownParam({ declaration, value, isDefault }: BoundParam, { root, secrets, places }: Showing): EffectiveParam {
  const { name, summary, list } = declaration
  if (!value) return { name, summary }
  const given = name === 'hostname' ? root.entries.find(({ key }) => key.value === name)?.value : undefined
  const told = list && value.kind === 'seq' ? `${value.items.length} in place` : concealed(toJson(value), name, secrets)
  return {
    name,
    summary,
    value: told,
    from: isDefault && !given ? 'default' : 'given',
    at: places.of((given ?? value).at),
  }
}

/** Of a plugin in TypeScript, which knows its options itself. */
function shownArgument({ key, value }: MapEntry, places: Places): EffectiveParam {
  const name = key.value
  return { name, summary: '', value: concealed(toJson(value), name), from: 'given', at: places.of(value.at) }
}

function shownList(
  { name, kind, index, source }: NamedList,
  value: YamlNode | undefined,
  places: Places,
): EffectiveList {
  if (!index) return { name, kind, where: source?.shown ?? 'outside' }
  const where = value?.kind === 'seq' ? places.of(value.at) : places.shown(index.source)
  return { name, kind, entries: index.size, where }
}

function valueOfList({ name }: NamedList, { file, params }: OutlinedPlugin, root: MapNode): YamlNode | undefined {
  const param = params.get(name)
  if (param?.declaration.list) return param.value
  const own = file?.lists.find((list) => list.name === name)
  return own ? own.value : root.entries.find(({ key }) => key.value === name)?.value
}
