/** All mutants of a rule file, in the order of its text. */
import { placeOf } from '../../language/diagnostic.ts'
import { entriesOf, itemsOf, type MapNode, textOf, valueOf, type YamlNode } from '../../language/node.ts'
import { drop, neighboursOf, ofCondition, withoutExemptions } from './condition-mutants.ts'
import { conditionSites } from '../condition-sites.ts'
import type { Place } from './make.ts'
import type { Mutant } from './mutant.ts'
import { ofChain } from './rule-mutants.ts'

/** `answered`: words that ask somebody who is not there in a test; their options are left as they are. */
export function mutantsOf(file: string, root: MapNode, answered: ReadonlySet<string>): readonly Mutant[] {
  const all = { file, root, answered }
  const mutants = [...ofHooks(all), ...ofLists(all), ...ofEntries(all)]
  return mutants.toSorted((a, b) => a.at.range.start.offset - b.at.range.start.offset)
}

type Whole = Pick<Place, 'file' | 'root' | 'answered'>

function ofHooks(whole: Whole): readonly Mutant[] {
  const hooks = valueOf(whole.root, 'hooks')
  return entriesOf(hooks).flatMap(({ key, value }) =>
    value.kind === 'seq' ? ofChain({ ...whole, hook: key.value }, value) : [],
  )
}

/** Entries in place; a file is data, and no test names all of it. A list is touched by whoever asks it. */
function ofLists(whole: Whole): readonly Mutant[] {
  const lists = valueOf(whole.root, 'lists')
  return entriesOf(lists).flatMap(({ key, value: list }) => {
    const entries = list.kind === 'map' ? valueOf(list, 'entries') : undefined
    if (list.kind !== 'map' || entries?.kind !== 'seq') return []
    const touches = conditionsOver(whole.root, key.value)
    const place: Place = { ...whole, owner: list, name: key.value, hook: undefined, touches }
    return entries.items.flatMap((item) => [
      drop(place, item),
      ...(item.kind === 'scalar' ? neighboursOf(place, item) : []),
    ])
  })
}

function conditionsOver(root: MapNode, list: string): readonly string[] {
  const hooks = valueOf(root, 'hooks')
  const rules = entriesOf(hooks).flatMap(({ value }) => itemsOf(value))
  const sites = rules.flatMap((rule) =>
    rule.kind === 'map' ? [valueOf(rule, 'match'), valueOf(rule, 'unless')].flatMap(conditionSites) : [],
  )
  return sites.filter(({ entry }) => names(entry.value, list)).map(({ entry }) => placeOf(entry.key.at))
}

function names(node: YamlNode, list: string): boolean {
  if (node.kind === 'scalar') return node.source === list || node.source === `\${${list}}`
  return (node.kind === 'seq' ? node.items : node.entries.map(({ value }) => value)).some((inner) => names(inner, list))
}

/** Conditions of whole plugins, in a site or ruleset. */
function ofEntries(whole: Whole): readonly Mutant[] {
  const plugins = valueOf(whole.root, 'plugins')
  return itemsOf(plugins).flatMap((entry) => {
    const use = entry.kind === 'map' ? textOf(valueOf(entry, 'use')) : undefined
    if (entry.kind !== 'map' || use === undefined) return []
    const unless = valueOf(entry, 'unless')
    const sites = [valueOf(entry, 'match'), unless].flatMap(conditionSites)
    const touches = sites.map(({ entry: { key } }) => placeOf(key.at))
    const place: Place = { ...whole, owner: entry, name: use, hook: undefined, touches }
    return [...withoutExemptions(place, entry), ...sites.flatMap((site) => ofCondition(place, site))]
  })
}
