/** What was compiled, as the analysis reads it: each plugin's rules beside what they became. */
import type { Hook } from '../../core/hook.ts'
import type { Chain } from '../../core/program.ts'
import type { PluginFile } from '../../language/plugin-file.ts'
import type { PluginEntry } from '../../language/site-file.ts'
import type { ListRegistry } from '../list-registry.ts'
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
  readonly chains: readonly OutlinedChain[]
}

export interface Outline {
  /** In the site's order. */
  readonly plugins: readonly OutlinedPlugin[]
  readonly site: SiteScope
}

interface Compiled extends Omit<OutlinedPlugin, 'entry' | 'lists' | 'chains'> {
  readonly chains: readonly (readonly [Hook, Chain])[]
}

interface Written {
  readonly use: { readonly lists: ListRegistry }
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
  return [{ entry, name, path, file, lists: written?.use.lists ?? noLists, chains }]
}
