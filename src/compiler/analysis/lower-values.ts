/** One comparison of a fact with values, as a set: networks, names, texts and numbers; anything else is a predicate. */
import { localKey, parseMailbox } from '../../core/mail/address.ts'
import type { HookContext } from '../../core/context.ts'
import { canonicalDomain } from '../../core/mail/domain.ts'
import type { FactType } from '../../core/fact.ts'
import { isIpFault, parseNetwork } from '../../core/net/ip.ts'
import type { ListKind } from '../../core/list.ts'
import { isPromise } from '../../core/truth.ts'
import { Report, type Span } from '../../language/diagnostic.ts'
import { type MapEntry, type ScalarNode, toJson, type YamlNode } from '../../language/node.ts'
import { summarize } from '../rules/atom.ts'
import { settingOperand } from '../policies/setting-use.ts'
import type { Comparison } from '../rules/comparison.ts'
import type { NamedList } from '../lists/list-registry.ts'
import { domainKey } from '../lists/domain-list.ts'
import { OPERATORS } from '../rules/operators.ts'
import type { Formula, Question } from './formula.ts'
import { enter, free, type Lowering } from './lowering.ts'
import { domainsOf, namesIn } from './lower-names.ts'
import { NameTree } from './name-tree.ts'
import { RangeSet } from './range-set.ts'
import { TextSet } from './text-set.ts'
import { isOrdered, isWhole, universeOf } from './universe.ts'
import { type AnyRegion, meeting, type Meets, type Predicate, valuesIn } from './value-set.ts'

/** What is compared: `name` as written, `fact` as it is known at this moment. */
export interface Subject {
  readonly entry: MapEntry
  readonly name: string
  readonly type: FactType
  readonly fact: string
  readonly lowering: Lowering
  /** The comparison: the operator, or the fact where there is none. */
  readonly at: Span
}

function asked({ at, fact }: Subject, text: string, set: Pick<Question, 'hit' | 'miss'>, later = set): Formula {
  return { kind: 'ask', at, text, certain: { fact, ...set }, likely: { fact, ...later } }
}

type Answers = Pick<Question, 'hit' | 'miss'>

function inRegion(region: AnyRegion): Answers {
  return { hit: valuesIn(region), miss: { ...valuesIn(region.not()), absent: true } }
}

function byPredicate(predicate: Predicate, all: AnyRegion): Answers {
  return { hit: meeting(predicate, true, all), miss: { ...meeting(predicate, false, all), absent: true } }
}

interface Written {
  /** Operator, type and name of the fact. */
  readonly use: string
  readonly answers: Answers | undefined
}

const written = new WeakMap<YamlNode, Written>()

/** Each proof lowers the conditions for itself; what is written there is taken apart once. Undefined where it is no region. */
function answersTo(
  value: YamlNode,
  [operator, { type, name }]: readonly [string, Pick<Subject, 'type' | 'name'>],
  read: () => AnyRegion | undefined,
): Answers | undefined {
  const use = `${operator} ${type} ${name}`
  const before = written.get(value)
  if (before?.use === use) return before.answers
  const region = read()
  const answers = region && inRegion(region)
  written.set(value, { use, answers })
  return answers
}

const NOBODY_KNOWS: Meets = () => undefined

function unknownPredicate(key: string): Predicate {
  return { key, meets: NOBODY_KNOWS, now: () => undefined, hints: [] }
}

function allOf({ name, type }: Subject): AnyRegion {
  return universeOf(name, 'connect', type).region
}

/** Plain values: one of them. */
export function lowerPlain(value: YamlNode, subject: Subject, text: string): Formula {
  const nodes = value.kind === 'seq' ? value.items : [value]
  const scalars = nodes.filter((node): node is ScalarNode => node.kind === 'scalar')
  const answers = answersTo(value, ['=', subject], () => plainRegion(scalars, subject))
  if (answers) return asked(subject, text, answers)
  if (subject.type === 'address') return lowerAddresses(scalars, subject, text)
  return asked(subject, text, byPredicate(unknownPredicate(`= ${JSON.stringify(toJson(value))}`), allOf(subject)))
}

function plainRegion(scalars: readonly ScalarNode[], { type, name }: Subject): AnyRegion | undefined {
  if (type === 'boolean') return TextSet.of(scalars.map(({ value }) => String(value)))
  if (type === 'number') {
    if (!isOrdered(name)) return undefined
    const points = RangeSet.points(scalars.map(({ value }) => Number(value)))
    return isWhole(name) ? points.whole() : points
  }
  return entriesRegion(type, scalars.map(plainText))
}

function plainText({ value, source, quoted }: ScalarNode): string {
  return (quoted ? String(value) : source).trim()
}

/** Undefined where a type's entries are no region, or one of them cannot be read. */
function entriesRegion(type: FactType, entries: readonly string[]): AnyRegion | undefined {
  if (type === 'text') return TextSet.of(entries.map((entry) => entry.toLowerCase()))
  if (type === 'ip') {
    const networks = entries.map(parseNetwork).flatMap((network) => (isIpFault(network) ? [] : [network]))
    return networks.length === entries.length ? RangeSet.networks(networks) : undefined
  }
  if (type !== 'domain' && type !== 'name') return undefined
  const keys = entries.map(domainKey).filter((key) => key !== undefined)
  return keys.length === entries.length ? NameTree.of(keys) : undefined
}

/** `ann@example.org` is a user and a domain; the others are domains. */
function lowerAddresses(scalars: readonly ScalarNode[], subject: Subject, text: string): Formula {
  const parts = scalars.map((scalar) => lowerAddress(plainText(scalar), subject, text))
  const [first] = parts
  return first && parts.length === 1 ? first : { kind: 'any', at: subject.entry.key.at, parts }
}

function lowerAddress(written: string, subject: Subject, text: string): Formula {
  const { name, lowering, entry } = subject
  const inDomain = (key: string): Formula =>
    asked({ ...subject, fact: enter(`${name}.domain`, undefined, lowering) }, text, inRegion(NameTree.of([key])))
  const address = parseMailbox(written)
  const domain = address ? canonicalDomain(domainIn(address)) : domainKey(written.replace(/^@/, ''))
  if (domain === undefined) return free(entry, lowering)
  if (!address) return inDomain(domain)
  const local = address.kind === 'mailbox' ? localKey(address.local) : ''
  if (!/^[ -~]+$/.test(local)) return free(entry, lowering)
  const user = { ...subject, fact: enter(`${name}.user`, undefined, lowering) }
  return { kind: 'all', at: entry.key.at, parts: [asked(user, text, inRegion(TextSet.of([local]))), inDomain(domain)] }
}

function domainIn(address: NonNullable<ReturnType<typeof parseMailbox>>): string {
  return address.kind === 'mailbox' ? address.domain : ''
}

export function lowerComparison(operator: MapEntry, whole: Subject): Formula {
  const { key, value } = operator
  const subject = { ...whole, at: key.at }
  const text = `${subject.entry.key.source}: { ${key.source}: ${summarize(value)} }`
  if (key.value === 'in') return lowerPlain(value, subject, text)
  if (key.value === 'in_list' || key.value === 'matches_list') return lowerList(String(toJson(value)), subject, text)
  if (JSON.stringify(toJson(value)).includes('${')) return free(whole.entry, whole.lowering)
  const answers = answersTo(
    value,
    [key.value, subject],
    () => numbersIn(operator, subject) ?? namesIn(operator, subject),
  )
  if (answers) return asked(subject, text, answers)
  const domains = domainsOf(operator, subject)
  if (domains)
    return asked(
      { ...subject, fact: enter(`${subject.name}.domain`, undefined, subject.lowering) },
      text,
      inRegion(domains),
    )
  return asked(subject, text, byPredicate(predicateOf(operator, subject), allOf(subject)))
}

function numbersIn({ key, value }: MapEntry, { type, name }: Subject): RangeSet | undefined {
  if (type !== 'number' || !isOrdered(name) || isSetting(value)) return undefined
  const range = rangeFor(key.value, value)
  return range && isWhole(name) ? range.whole() : range
}

/** What recipients have said is another number for each. */
function isSetting(value: YamlNode): boolean {
  return value.kind === 'scalar' && settingOperand(value.value) !== undefined
}

function rangeFor(operator: string, value: YamlNode): RangeSet | undefined {
  const [low = 0, high = 0] = (value.kind === 'seq' ? value.items : [value]).map((node) => Number(toJson(node)))
  switch (operator) {
    case 'gt':
    case 'gte':
      return RangeSet.above(low, operator === 'gte')
    case 'lt':
    case 'lte':
      return RangeSet.below(low, operator === 'lte')
    case 'between':
      return RangeSet.above(low, true).and(RangeSet.below(high, true))
    default:
      return undefined
  }
}

function predicateOf(operator: MapEntry, subject: Subject): Predicate {
  const { key, value } = operator
  const now = comparing(operator, subject)
  return {
    key: `${key.value} ${JSON.stringify(toJson(value))}`,
    now,
    meets: meetsOf(value, subject, now),
    hints: textsIn(value),
  }
}

/** What is compared with, without what only patterns mean. */
function textsIn(value: YamlNode): readonly string[] {
  if (value.kind === 'seq') return value.items.flatMap(textsIn)
  if (value.kind === 'map') return value.entries.flatMap((entry) => textsIn(entry.value))
  return [String(value.value).replace(/\\(.)|[\^$()*?+]/g, '$1')]
}

function comparing({ key, value }: MapEntry, { type, lowering }: Subject): Predicate['now'] {
  let comparison: Comparison | undefined
  return (seen) => {
    try {
      comparison ??= OPERATORS.get(key.value)?.compile(value, scratch(lowering), type)
      const answer = comparison?.(seen, NO_SESSION)
      return answer === undefined || isPromise(answer) ? undefined : answer.truth === 'hit'
    } catch {
      return undefined
    }
  }
}

/** Of texts that are as they were said: the names that clients give may be spelt in other ways. */
function meetsOf(value: YamlNode, { type }: Subject, now: Predicate['now']): Meets {
  if (type !== 'text' && type !== 'domain') return NOBODY_KNOWS
  if (JSON.stringify(toJson(value)).includes('(?')) return NOBODY_KNOWS
  return (text) => (typeof text === 'string' && /^[ -~]*$/.test(text) ? now(text) : undefined)
}

/** Texts are compared with themselves alone; what asks for more than that cannot be told here. */
const NO_SESSION = {} as HookContext

/** What is wrong was reported when the rule was compiled. */
function scratch({ scope }: Lowering): Lowering['scope'] {
  return { ...scope, report: new Report(), finds: new Set(), words: { onUnknown: 'skip' } }
}

/** Longer lists are known by their name. */
export const MOST_ENTRIES = 1000
const REGION_KINDS: ReadonlyMap<ListKind, readonly FactType[]> = new Map<ListKind, readonly FactType[]>([
  ['ip', ['ip']],
  ['domain', ['domain', 'name']],
  ['string', ['text']],
])

function lowerList(name: string, subject: Subject, text: string): Formula {
  const list = subject.lowering.scope.lists.get(name)
  if (!list?.index || list.source) return free(subject.entry, subject.lowering)
  const { index } = list
  const holds: Predicate['now'] = (value) => index.find(value) !== undefined
  const byName = byPredicate({ ...unknownPredicate(`in list ${numberOf(index)}`), now: holds }, allOf(subject))
  const region = listRegion(list, subject.type)
  const now = region ? inRegion(region) : byName
  return asked(subject, text, byName, now)
}

/** Two plugins may have lists of one name. */
const numbers = new WeakMap<object, number>()
let lists = 0

function numberOf(index: object): number {
  const known = numbers.get(index)
  if (known !== undefined) return known
  lists += 1
  numbers.set(index, lists)
  return lists
}

const regions = new WeakMap<object, AnyRegion | undefined>()

function listRegion({ index, kind }: NamedList, type: FactType): AnyRegion | undefined {
  if (!index || index.size === 0 || index.size > MOST_ENTRIES || !REGION_KINDS.get(kind)?.includes(type))
    return undefined
  if (!regions.has(index))
    regions.set(
      index,
      entriesRegion(
        type,
        Array.from(index.entries(), ({ text }) => text),
      ),
    )
  return regions.get(index)
}
