/**
 * Settings that policies may have and no rule reads: POL008. Whoever writes one into a policy waits for something that
 * never comes.
 */
import type { Finding } from '../../language/diagnostic.ts'
import type { YamlNode } from '../../language/node.ts'
import type { Outline, OutlinedPlugin } from '../analysis/outline.ts'

/** `isOurs`: files that no site changes. A plugin in TypeScript may read them all; then nothing is said. */
export function unreadSettings({ plugins, site }: Outline, isOurs: (path: string) => boolean): readonly Finding[] {
  if (plugins.some(({ file }) => !file)) return []
  const read = new Set(plugins.flatMap(textsOf).flatMap((node) => [...settingsIn(node)]))
  return site.settings.names.flatMap((name) => {
    const at = site.settings.get(name)?.at
    return !at || isOurs(at.file) || read.has(name) ? [] : [unread(name, at)]
  })
}

function unread(name: string, at: Finding['at']): Finding {
  return {
    code: 'POL008',
    severity: 'warning',
    at,
    message: `no rule reads the setting \`${name}\`: what policies say of it changes nothing`,
    help: `ask for it in a rule: \`policy.${name}\`; or delete it`,
  }
}

/** Rules that are switched off read too: another site has them on. */
function textsOf({ entry, file, chains }: OutlinedPlugin): readonly YamlNode[] {
  const written = file?.chains.flatMap(({ rules }) => rules) ?? []
  const live = chains.flatMap(({ rules }) => rules.map(({ node }) => node))
  return [...written, ...live, ...[entry.match, entry.unless].filter((node) => node !== undefined)]
}

const IN_TEXT = /\$\{\s*policy\.([^\s}|]+)/g
const FACT = /^policy\.(.+)$/

/** Changes are not read: what stands under `set` is the name of what is changed. */
function settingsIn(node: YamlNode): ReadonlySet<string> {
  if (node.kind === 'scalar') return new Set(Array.from(node.source.matchAll(IN_TEXT), ([, name = '']) => name))
  if (node.kind === 'seq') return new Set(node.items.flatMap((item) => [...settingsIn(item)]))
  return new Set(
    node.entries.flatMap(({ key, value }) => {
      const named = FACT.exec(key.value)?.[1]
      const inner = CHANGES.has(key.value) && value.kind === 'map' ? value.entries.map((entry) => entry.value) : [value]
      return [...(named === undefined ? [] : [named]), ...inner.flatMap((one) => [...settingsIn(one)])]
    }),
  )
}

const CHANGES: ReadonlySet<string> = new Set(['set', 'add'])
