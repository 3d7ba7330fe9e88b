/** What was compiled, as the analysis reads it: each plugin's rules beside what they became. */
import type { Hook } from '../../core/hook.ts'
import type { Chain } from '../../core/program.ts'
import type { PluginFile } from '../../language/files/plugin-file.ts'
import type { PluginEntry } from '../../language/files/site-file.ts'
import type { YamlNode } from '../../language/node.ts'
import type { ListRegistry, NamedList } from '../lists/list-registry.ts'
import type { BoundParams } from '../params.ts'
import type { LiveChain, SiteScope } from '../plugin.ts'

export interface OutlinedChain {
  readonly hook: Hook
  readonly chain: Chain
  /** As written, parameters in place, one for each rule of the chain; empty for a handler. */
  readonly rules: LiveChain['rules']
}

export interface OutlinedPlugin {
  readonly entry: PluginEntry
  /** Instance name: `dnsbl:1`. */
  readonly name: string
  readonly path: string
  /** Absent for a TypeScript plugin. */
  readonly file: PluginFile | undefined
  readonly lists: ListRegistry
  /** `hostname` among them; none of a TypeScript plugin. */
  readonly params: BoundParams
  readonly chains: readonly OutlinedChain[]
}

export interface Outline {
  /** In the site's order. */
  readonly plugins: readonly OutlinedPlugin[]
  readonly site: SiteScope
}

interface Compiled extends Omit<OutlinedPlugin, 'entry' | 'lists' | 'params' | 'chains'> {
  readonly chains: readonly (readonly [Hook, Chain])[]
}

interface Written {
  readonly use: Pick<OutlinedPlugin, 'lists' | 'params'>
  readonly live: readonly LiveChain[]
}

/** Nothing for a plugin that did not load. */
export function outlinePlugin(
  entry: PluginEntry,
  compiled: Compiled | undefined,
  written: Written | undefined,
  noLists: ListRegistry,
): readonly OutlinedPlugin[] {
  if (!compiled) return []
  const { name, path, file } = compiled
  const chains = compiled.chains.map(([hook, chain], index) => ({
    hook,
    chain,
    rules: written?.live[index]?.rules ?? [],
  }))
  const { lists, params } = written?.use ?? { lists: noLists, params: new Map() }
  return [{ entry, name, path, file, lists, params, chains }]
}

/** The lists that a rule, or a condition of the entry, may mean: those that some text in it is the name of. */
export function namedIn({ lists, entry }: OutlinedPlugin, node: YamlNode | undefined): readonly NamedList[] {
  const names = new Set([node, entry.match, entry.unless].flatMap((one) => (one ? textsIn(one) : [])))
  return [...names].flatMap((name) => lists.get(name) ?? [])
}

/** All texts that are values. */
export function textsIn(node: YamlNode): readonly string[] {
  if (node.kind === 'scalar') return typeof node.value === 'string' ? [node.value] : []
  if (node.kind === 'seq') return node.items.flatMap(textsIn)
  return node.entries.flatMap(({ value }) => textsIn(value))
}
