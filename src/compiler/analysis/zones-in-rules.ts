/** Closed DNS lists that rules and entries name themselves, without a list: LST612 as in lists (lists.ts). */
import type { MatcherWord } from '../../core/word.ts'
import type { Finding } from '../../language/diagnostic.ts'
import { type MapEntry, type ScalarNode, valueOf, type YamlNode } from '../../language/node.ts'
import { closedZone } from './closed-zones.ts'
import type { Outline, OutlinedPlugin } from './outline.ts'

export function closedZonesInRules({ plugins, site }: Outline): readonly Finding[] {
  const words = site.vocabulary.matchers
  return plugins
    .flatMap(conditionsOf)
    .flatMap((condition) => zonesIn(condition, words))
    .flatMap((scalar) => closedZone(zoneOf(scalar), scalar.at) ?? [])
}

function conditionsOf({ entry, chains }: OutlinedPlugin): readonly (YamlNode | undefined)[] {
  const rules = chains.flatMap((chain) => chain.rules.map(({ node }) => node))
  return [entry.match, entry.unless, ...rules.flatMap((rule) => [valueOf(rule, 'match'), valueOf(rule, 'unless')])]
}

type Words = ReadonlyMap<string, MatcherWord>

function zonesIn(node: YamlNode | undefined, words: Words): readonly ScalarNode[] {
  if (node?.kind === 'seq') return node.items.flatMap((item) => zonesIn(item, words))
  return node?.kind === 'map' ? node.entries.flatMap((entry) => zonesOfEntry(entry, words)) : []
}

/** The name of a list is none: its entries are looked at there. */
function zonesOfEntry({ key, value }: MapEntry, words: Words): readonly ScalarNode[] {
  const word = words.get(key.value)
  if (!word) return zonesIn(value, words)
  return Object.entries(word.options.properties ?? {}).flatMap(([name, option]) => {
    const given = value.kind === 'map' ? valueOf(value, name) : undefined
    if (option['x-list'] === 'zone') return given?.kind === 'seq' ? given.items.filter(isScalar) : []
    return given && NAMES.get(word.name)?.has(name) && isScalar(given) ? [given] : []
  })
}

/** Options that say what is asked for in DNS, without being a list. */
const NAMES: ReadonlyMap<string, ReadonlySet<string>> = new Map([['dns', new Set(['zone', 'name'])]])

function isScalar(node: YamlNode): node is ScalarNode {
  return node.kind === 'scalar'
}

/** Behind a zone may stand its message, before it a fact. */
function zoneOf({ value }: ScalarNode): string {
  const [zone = ''] = String(value).trim().split(/\s/, 1)
  return zone.slice(zone.lastIndexOf('}') + 1).replace(/^\.|\.$/g, '')
}
