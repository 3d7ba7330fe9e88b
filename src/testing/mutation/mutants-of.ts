/** All mutants of a rule file, in the order of its text. */
import { isAllowedAt } from '../../core/reply-table.ts'
import { type Hook, isHook } from '../../core/hook.ts'
import { isReturnCode, type ReturnCode } from '../../core/verdict.ts'
import { placeOf, type Span } from '../../language/diagnostic.ts'
import {
  entryOf,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  type SeqNode,
  textOf,
  valueOf,
  type YamlNode,
} from '../../language/node.ts'
import { acceptedIn } from './acceptance.ts'
import { conditionsIn, type ConditionSite } from './conditions.ts'
import type { Mutant } from './mutant.ts'
import type { Mutation } from '../../language/mutation-schema.ts'
import { neighbours } from './scalars.ts'
import { replaceNode, swapItems } from './tree.ts'

/** Where a change is made: what all mutants of one rule have in common. */
interface Place extends Pick<Mutant, 'file' | 'touches' | 'name' | 'hook'> {
  readonly root: MapNode
  /** The rule, list or entry that may state why its mutants survive. */
  readonly owner: MapNode
}

export function mutantsOf(file: string, root: MapNode): readonly Mutant[] {
  const mutants = [...ofHooks(file, root), ...ofLists(file, root), ...ofEntries(file, root)]
  return mutants.toSorted((a, b) => a.at.range.start.offset - b.at.range.start.offset)
}

function ofHooks(file: string, root: MapNode): readonly Mutant[] {
  const hooks = valueOf(root, 'hooks')
  return (hooks?.kind === 'map' ? hooks.entries : []).flatMap(({ key, value }) =>
    value.kind === 'seq'
      ? [
          ...value.items.flatMap((rule) => ofRule({ file, root, hook: key.value }, rule)),
          ...swaps({ file, root, hook: key.value }, value),
        ]
      : [],
  )
}

type Chain = Pick<Place, 'file' | 'root'> & { readonly hook: string }

function ofRule(chain: Chain, rule: YamlNode): readonly Mutant[] {
  if (rule.kind !== 'map') return []
  const id = textOf(valueOf(rule, 'id')) ?? ''
  const place: Place = { ...chain, owner: rule, name: id, touches: [placeOf(rule.at)] }
  const unless = valueOf(rule, 'unless')
  return [
    made(place, { mutation: 'delete', target: rule, by: undefined, what: `rule \`${id}\` is gone` }),
    ...flipped(place, rule),
    ...withoutExemptions(place, rule),
    ...[valueOf(rule, 'match'), unless].flatMap(conditionsIn).flatMap((site) => ofCondition(place, site)),
    ...numbersAdded(place, rule),
  ]
}

interface Change {
  readonly mutation: Mutation
  readonly target: YamlNode
  readonly by: YamlNode | undefined
  readonly what: string
}

function made(place: Place, { mutation, target, by, what }: Change): Mutant {
  const { file, touches, name, hook, root, owner } = place
  return {
    file,
    mutation,
    at: target.at,
    touches,
    name,
    hook,
    accepted: acceptedIn(owner, mutation),
    what,
    edit: { kind: 'text', before: target.at, after: by?.kind === 'scalar' ? by.source : undefined },
    tree: replaceNode(root, target, by),
    needsAnotherCourse: false,
  }
}

/** To the answer that differs least: a test that only sees that mail was refused does not see which way. */
const FLIPS: Readonly<Record<ReturnCode, readonly ReturnCode[]>> = {
  OK: ['DENY', 'DECLINED'],
  DENY: ['DENYSOFT', 'DENY_DISCONNECT', 'DECLINED'],
  DENYSOFT: ['DENY', 'DENYSOFT_DISCONNECT'],
  DENY_DISCONNECT: ['DENY', 'DENYSOFT_DISCONNECT'],
  DENYSOFT_DISCONNECT: ['DENYSOFT', 'DENY_DISCONNECT'],
  DECLINED: ['OK', 'DENY'],
  DONE: [],
}

function flipped(place: Place, rule: MapNode): readonly Mutant[] {
  const node = valueOf(rule, 'return')
  if (node?.kind !== 'scalar') return []
  const code = literal(node, place.root)
  const hooks = [textOf(valueOf(rule, 'reply_at')), ...(place.hook ?? '').split(/ *, */)].filter(
    (one): one is Hook => one !== undefined && isHook(one),
  )
  const other = code && FLIPS[code].find((one) => hooks.every((hook) => isAllowedAt(hook, one)))
  if (!other) return []
  return [
    made(place, { mutation: 'return', target: node, by: scalar(node, other), what: `\`${node.source}\` is ${other}` }),
  ]
}

/** Of a parameter, its default. */
function literal({ source }: ScalarNode, root: MapNode): ReturnCode | undefined {
  const name = /^\$\{\s*(\w+)\s*\}$/.exec(source)?.[1]
  const params = valueOf(root, 'params')
  const param = name !== undefined && params?.kind === 'map' ? valueOf(params, name) : undefined
  const code = param?.kind === 'map' ? (textOf(valueOf(param, 'default')) ?? 'DENY') : source
  return isReturnCode(code) ? code : undefined
}

function ofCondition(place: Place, { entry, map }: ConditionSite): readonly Mutant[] {
  return [negated(place, entry, map), ...valuesOf(place, entry.value)]
}

/** Behind the other keys of its map, which are asked first then; `not` may stand there twice, for it is one among them. */
function negated(place: Place, entry: MapEntry, map: MapNode): Mutant {
  const inner: MapNode = { kind: 'map', at: map.at, entries: [entry] }
  const not: MapEntry = { key: { ...entry.key, value: 'not', source: 'not' }, value: inner }
  const entries = map.entries.map((one) => (one === entry ? not : one))
  const what = `\`${entry.key.source}\` is turned round`
  const mutant = made(place, { mutation: 'negate', target: map, by: { ...map, entries }, what })
  return { ...mutant, at: entry.key.at, edit: { kind: 'negate', before: spanOf(entry) } }
}

/** Key and value. */
function spanOf({ key, value }: MapEntry): Span {
  return { file: key.at.file, range: { start: key.at.range.start, end: value.at.range.end } }
}

function withoutExemptions(place: Place, owner: MapNode): readonly Mutant[] {
  const unless = entryOf(owner, 'unless')
  if (!unless) return []
  const what = 'the exemptions are gone'
  const mutant = made(place, { mutation: 'unless', target: unless.value, by: undefined, what })
  return [{ ...mutant, at: unless.key.at, edit: { kind: 'text', before: spanOf(unless), after: undefined } }]
}

function valuesOf(place: Place, node: YamlNode): readonly Mutant[] {
  if (node.kind === 'map') return node.entries.flatMap(({ value }) => valuesOf(place, value))
  if (node.kind === 'scalar') return neighboursOf(place, node)
  const dropped = node.items.length > 1 ? node.items.map((item) => drop(place, item)) : []
  return [...dropped, ...node.items.flatMap((item) => valuesOf(place, item))]
}

function drop(place: Place, item: YamlNode): Mutant {
  const text = item.kind === 'scalar' ? `\`${item.source}\`` : 'one of several'
  return made(place, { mutation: 'value', target: item, by: undefined, what: `${text} is gone` })
}

function neighboursOf(place: Place, node: ScalarNode): readonly Mutant[] {
  return neighbours(node).map(({ mutation, text, value }) =>
    made(place, {
      mutation,
      target: node,
      by: { ...scalar(node, text), value },
      what: `\`${node.source}\` is ${text}`,
    }),
  )
}

function scalar(node: ScalarNode, text: string): ScalarNode {
  return { ...node, value: text, source: text }
}

/** What a rule adds to scores and notes. */
function numbersAdded(place: Place, rule: MapNode): readonly Mutant[] {
  const add = valueOf(rule, 'add')
  return add?.kind === 'map' ? add.entries.flatMap(({ value }) => valuesOf(place, value)) : []
}

function swaps({ file, root, hook }: Chain, list: SeqNode): readonly Mutant[] {
  return list.items.slice(1).flatMap((second, index): readonly Mutant[] => {
    const first = list.items[index]
    if (first?.kind !== 'map' || second.kind !== 'map') return []
    const [one = '', two = ''] = [first, second].map((rule) => textOf(valueOf(rule, 'id')))
    const what = `rule \`${two}\` comes before \`${one}\``
    const place: Place = { file, root, hook, owner: first, name: one, touches: [placeOf(first.at), placeOf(second.at)] }
    const mutant = made(place, { mutation: 'swap', target: list, by: list, what })
    const accepted = mutant.accepted ?? acceptedIn(second, 'swap')
    const edit = { kind: 'swap', first: first.at, second: second.at } as const
    return [{ ...mutant, at: first.at, edit, accepted, tree: swapItems(root, list, index), needsAnotherCourse: true }]
  })
}

/** Entries in place; a file is data, and no test names all of it. A list is touched by whoever asks it. */
function ofLists(file: string, root: MapNode): readonly Mutant[] {
  const lists = valueOf(root, 'lists')
  return (lists?.kind === 'map' ? lists.entries : []).flatMap(({ key, value: list }) => {
    const entries = list.kind === 'map' ? valueOf(list, 'entries') : undefined
    if (list.kind !== 'map' || entries?.kind !== 'seq') return []
    const touches = conditionsOver(root, key.value)
    const place: Place = { file, root, owner: list, name: key.value, hook: undefined, touches }
    return entries.items.flatMap((item) => [
      drop(place, item),
      ...(item.kind === 'scalar' ? neighboursOf(place, item) : []),
    ])
  })
}

function conditionsOver(root: MapNode, list: string): readonly string[] {
  const hooks = valueOf(root, 'hooks')
  const rules = (hooks?.kind === 'map' ? hooks.entries : []).flatMap(({ value }) =>
    value.kind === 'seq' ? value.items : [],
  )
  const sites = rules.flatMap((rule) =>
    rule.kind === 'map' ? [valueOf(rule, 'match'), valueOf(rule, 'unless')].flatMap(conditionsIn) : [],
  )
  return sites.filter(({ entry }) => names(entry.value, list)).map(({ entry }) => placeOf(entry.key.at))
}

function names(node: YamlNode, list: string): boolean {
  if (node.kind === 'scalar') return node.source === list || node.source === `\${${list}}`
  return (node.kind === 'seq' ? node.items : node.entries.map(({ value }) => value)).some((inner) => names(inner, list))
}

/** Conditions of whole plugins, in a site or ruleset. */
function ofEntries(file: string, root: MapNode): readonly Mutant[] {
  const plugins = valueOf(root, 'plugins')
  return (plugins?.kind === 'seq' ? plugins.items : []).flatMap((entry) => {
    const use = entry.kind === 'map' ? textOf(valueOf(entry, 'use')) : undefined
    if (entry.kind !== 'map' || use === undefined) return []
    const unless = valueOf(entry, 'unless')
    const sites = [valueOf(entry, 'match'), unless].flatMap(conditionsIn)
    const touches = sites.map(({ entry: { key } }) => placeOf(key.at))
    const place: Place = { file, root, owner: entry, name: use, hook: undefined, touches }
    return [...withoutExemptions(place, entry), ...sites.flatMap((site) => ofCondition(place, site))]
  })
}
