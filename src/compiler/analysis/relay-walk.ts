/**
 * Follows sessions from the first hook to RCPT, all of them at once: what the rules answer, and what they change on the way.
 *
 * Answers with every way in which some plugin says OK to a recipient. Refusals count, those put aside for a later hook too;
 * handlers in TypeScript are not seen through and change nothing here.
 */
import type { Hook } from '../../core/hook.ts'
import { replyRow } from '../../core/reply-table.ts'
import { isReturnCode } from '../../core/verdict.ts'
import { type MapEntry, type MapNode, textOf, toJson, valueOf } from '../../language/node.ts'
import { type AskedRule, conditionOf, defers } from './asked-rule.ts'
import { type Formula, restrict, type Terms, type Want } from './formula.ts'
import type { OutlinedPlugin } from './outline.ts'
import type { Product, World } from './product.ts'
import { RangeSet } from './range-set.ts'
import { TextSet } from './text-set.ts'
import { absentOnly, type ValueSet, valuesIn } from './value-set.ts'

/** A refusal that waits. */
interface Aside {
  readonly plugin: OutlinedPlugin
  readonly at: Hook
  readonly exempt: Formula
}

export interface Way {
  readonly product: Product
  /** The rules that changed something, in order; the last one of an accepted way says OK. */
  readonly rules: readonly AskedRule[]
  readonly asides: readonly Aside[]
  /** Notes that hold what the client says: the fact that stands in each, or undefined when it is more than one fact alone. */
  readonly copies: ReadonlyMap<string, string | undefined>
  /** Some refusal on the way was left out of account: whether the way is there has yet to be tried. */
  readonly rough: boolean
}

export interface Walk {
  readonly terms: Terms
  /** Facts that some rule asks for: nothing else needs to be followed. */
  readonly asked: ReadonlySet<string>
  /** Many rules: refusals are left out of account at once. A way that is found is tried exactly. */
  readonly isLarge: boolean
  /** What a fact may be that rules have changed somehow. */
  readonly changed: World
}

/** There are too many ways to follow. */
export class TooMany extends Error {}

const MOST_WAYS = 256
/** From here on a refusal that would divide a way is left out of account. */
const MANY_WAYS = 24

interface Ended {
  readonly accepted: readonly Way[]
  /** Refused in a way that does not end the session. */
  readonly refused: readonly Way[]
  readonly open: readonly Way[]
}

/** `rules`: those of the hook, by plugin, in the site's order. */
export function passHook(
  ways: readonly Way[],
  hook: Hook,
  rules: ReadonlyMap<OutlinedPlugin, readonly AskedRule[]>,
  walk: Walk,
): Ended {
  let open = ways
  const [accepted, refused]: [Way[], Way[]] = [[], []]
  for (const [plugin, chain] of rules) {
    const turn = passChain(open, chain, walk)
    refused.push(...turn.refused)
    const speaks = (some: readonly Way[]): readonly Way[] => withoutAsides(some, plugin, hook, walk)
    accepted.push(...speaks(turn.accepted))
    open = [...speaks(turn.open), ...turn.left]
    if (open.length + accepted.length > MOST_WAYS) throw new TooMany()
  }
  return { accepted, refused, open }
}

interface Turn extends Ended {
  /** DECLINED was said: the plugin has nothing more to say. */
  readonly left: readonly Way[]
}

function passChain(ways: readonly Way[], chain: readonly AskedRule[], walk: Walk): Turn {
  let open = ways
  const [accepted, refused, left]: [Way[], Way[], Way[]] = [[], [], []]
  for (const rule of chain) {
    if (!matters(rule, walk)) continue
    const next: Way[] = []
    const follow = walk.isLarge || open.length > MANY_WAYS ? followRoughly : followExactly
    for (const way of open) follow(way, rule, { next, accepted, refused, left }, walk)
    open = next
    if (open.length + accepted.length + left.length > MOST_WAYS) throw new TooMany()
  }
  return { open, accepted, refused, left }
}

function followExactly(way: Way, rule: AskedRule, bins: Bins, walk: Walk): void {
  bins.next.push(...split(way, conditionOf(rule), missing(rule), walk))
  for (const hit of split(way, conditionOf(rule), applying(rule), walk)) sortOut(acted(hit, rule, walk), rule, bins)
}

/** Keeps one way one: a refusal that divides it is left out of account, and what may be changed may be anything. */
function followRoughly(way: Way, rule: AskedRule, bins: Bins, walk: Walk): void {
  const hits = split(way, conditionOf(rule), applying(rule), walk)
  if (hits.length === 0 && !defers(rule)) {
    bins.next.push(way)
    return
  }
  const missed = split(way, conditionOf(rule), missing(rule), walk)
  const code = textOf(valueOf(rule.node, 'return'))
  if (hits.length === 0 || missed.length === 0 || code === 'OK' || code === 'DECLINED') {
    for (const hit of hits)
      sortOut(acted({ ...hit, rough: way.rough || hits.length + missed.length > 1 }, rule, walk), rule, bins)
    if (missed.length > 0) bins.next.push(missed.length > 1 || hits.length > 0 ? { ...way, rough: true } : way)
    return
  }
  const changes = changesIn(rule.node, walk).map(({ key }) => [key.value, walk.changed(key.value)] as const)
  const rules = changes.length > 0 ? [...way.rules, rule] : way.rules
  bins.next.push({ ...way, rules, product: new Map([...way.product, ...changes]), rough: true })
}

function matters({ rule, node }: AskedRule, walk: Walk): boolean {
  return rule.mode === 'enforce' && (valueOf(node, 'return') !== undefined || changesIn(node, walk).length > 0)
}

function missing(rule: AskedRule): Want {
  return defers(rule) ? 'miss' : 'hardly'
}

function applying({ rule }: AskedRule): Want {
  return rule.onUnknown === 'match' ? 'maybe' : 'hit'
}

function split(way: Way, formula: Formula, want: Want, { terms }: Walk): readonly Way[] {
  const products = restrict([way.product], formula, want, terms)
  return products ? products.map((product) => ({ ...way, product })) : [{ ...way, rough: true }]
}

interface Bins {
  readonly next: Way[]
  readonly accepted: Way[]
  readonly refused: Way[]
  readonly left: Way[]
}

function sortOut(way: Way, { rule, node, hook, plugin, unless, scope, at }: AskedRule, bins: Bins): void {
  const code = textOf(valueOf(node, 'return')) ?? ''
  if (!isReturnCode(code)) bins.next.push(way)
  else if (code === 'DECLINED') bins.left.push(way)
  else if (rule.replyAt !== undefined && rule.replyAt !== hook) {
    const outOfScope: Formula = { kind: 'not', at, part: scope }
    const exempt: Formula = { kind: 'any', at, parts: unless ? [unless, outOfScope] : [outOfScope] }
    bins.left.push({ ...way, asides: [...way.asides, { plugin, at: rule.replyAt, exempt }] })
  } else if (code === 'OK') bins.accepted.push(way)
  else {
    const { meaning, close } = replyRow(hook, code)
    if (meaning !== 'refuse' && meaning !== 'silent') bins.left.push(way)
    else if (!close) bins.refused.push(way)
  }
}

/** Refusals that are due are spoken now, except to who is exempt by now. */
function withoutAsides(ways: readonly Way[], plugin: OutlinedPlugin, hook: Hook, walk: Walk): readonly Way[] {
  return ways.flatMap((way) => {
    const due = way.asides.filter((aside) => aside.plugin === plugin && aside.at === hook)
    return due.reduce<readonly Way[]>(
      (left, { exempt }) => left.flatMap((one) => split(one, exempt, 'hit', walk)),
      [way],
    )
  })
}

function changesIn(node: MapNode, { asked }: Walk): readonly (MapEntry & { readonly adds: boolean })[] {
  return ['set', 'add'].flatMap((key) => {
    const changes = valueOf(node, key)
    const entries = changes?.kind === 'map' ? changes.entries : []
    return entries.flatMap((entry) => (isAsked(entry.key.value, asked) ? [{ ...entry, adds: key === 'add' }] : []))
  })
}

function isAsked(fact: string, asked: ReadonlySet<string>): boolean {
  return asked.has(fact) || (fact === 'relay_client' && asked.has('immune'))
}

function acted(way: Way, rule: AskedRule, walk: Walk): Way {
  const changes = changesIn(rule.node, walk)
  const says = (rule.hook === 'rcpt' || rule.hook === 'auth') && textOf(valueOf(rule.node, 'return')) === 'OK'
  if (changes.length === 0) return says ? { ...way, rules: [...way.rules, rule] } : way
  const [product, copies] = [new Map(way.product), new Map(way.copies)]
  for (const { key, value, adds } of changes) {
    const json = toJson(value)
    copies.delete(key.value)
    if (isFilledIn(json)) copies.set(key.value, ONE_FACT.exec(json)?.[1])
    product.set(
      key.value,
      adds ? added(key.value, Number(json), way, walk) : settled(json, walk.terms.world(key.value)),
    )
    if (key.value === 'relay_client' && json === true) product.set('immune', valuesIn(TextSet.of(['true'])))
  }
  return { ...way, product, copies, rules: [...way.rules, rule] }
}

/** Nothing but one fact. */
const ONE_FACT = /^\$\{\s*([^\s|}]+)\s*\}$/

function isFilledIn(value: unknown): value is string {
  return typeof value === 'string' && value.includes('${')
}

/** What is filled in is looked at when the way is there. */
function settled(value: unknown, before: ValueSet): ValueSet {
  if (typeof value === 'number') return valuesIn(RangeSet.points([value]))
  const text = String(value)
  if (isFilledIn(value)) return valuesIn(TextSet.all)
  if (before.region.kind === 'names') return absentOnly(before.region)
  return valuesIn(TextSet.of([text.toLowerCase()]))
}

function added(fact: string, amount: number, { product }: Way, { terms }: Walk): ValueSet {
  const before = product.get(fact) ?? terms.world(fact)
  const { region } = before
  if (region.kind !== 'range') return valuesIn(RangeSet.all)
  const start = before.absent ? RangeSet.of([...region.ranges, ...RangeSet.points([0]).ranges]) : region
  return valuesIn(start.shifted(amount))
}
