/**
 * The client of the relay proof: somebody from anywhere on the Internet, known to nobody here, with a recipient that is not
 * ours.
 *
 * It comes from no network that a rule names, unless that is half of the Internet; it has not logged in and shows no
 * certificate; no wrapper or proxy speaks for it. Its HELO, without which no listener takes MAIL, its envelope sender and the
 * name that its address has in DNS are what it likes: those prove nothing.
 */
import type { ListIndex } from '../../core/list.ts'
import { networkContains, parseIp, parseNetwork, isIpFault, type Network } from '../../core/net/ip.ts'
import type { Ask } from './formula.ts'
import { NameTree } from './name-tree.ts'
import type { Product } from './product.ts'
import { ADDRESSES, type Range, RangeSet } from './range-set.ts'
import type { Service } from '../../core/service.ts'
import { TextSet } from './text-set.ts'
import { type AnyRegion, emptyLike, type Literal, type Predicate, type ValueSet, valuesIn } from './value-set.ts'

/** Addresses that do not come from the Internet (RFC 6890). */
const NOT_THE_INTERNET = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/3',
  '::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]

export function networksIn(texts: readonly string[]): readonly Network[] {
  return texts.map(parseNetwork).flatMap((network) => (isIpFault(network) ? [] : [network]))
}

/** Addresses that anybody may have or reach. */
export const INTERNET = ADDRESSES.and(RangeSet.networks(networksIn(NOT_THE_INTERNET)).not())

/** Larger than four networks /8, or than an IPv6 network /16: nobody knows all who are in there. */
const [WIDE_4, WIDE_6] = [2n ** 26n, 2n ** 112n]

/** What rules know by its address. */
function knownAddresses(region: AnyRegion): readonly Range[] {
  if (region.kind !== 'range') return []
  return region.ranges.filter(({ from, to }) => {
    if (from.at === Number.NEGATIVE_INFINITY || to.at === Number.POSITIVE_INFINITY) return false
    const size = BigInt(to.at) - BigInt(from.at)
    return size <= (typeof from.at === 'bigint' ? WIDE_6 : WIDE_4)
  })
}

/** Top-level domains that nobody on the Internet has (RFC 2606, RFC 6761, RFC 9476 and habit). */
const PRIVATE_TOPS: ReadonlySet<string> = new Set(
  'alt corp example home internal intranet invalid lan local localdomain localhost onion private test'.split(' '),
)

/** `.com` is nobody's own domain. */
function isOwnDomain(entry: string): boolean {
  const [, top = '', ...others] = entry.split('.')
  return !entry.startsWith('.') || others.length > 0 || PRIVATE_TOPS.has(top)
}

/** Whose word a listener takes: everybody's, where its list of those is as wide as the Internet. */
export interface Claims {
  /** Anybody says which address it comes from: PROXY, XCLIENT. */
  readonly address: boolean
  /** Facts that anybody may say. */
  readonly facts: RegExp
}

export const NO_CLAIMS: Claims = { address: false, facts: /^(?!)/ }

/** Undefined where it takes the word of those alone whom it knows. */
export function claimsAt({ proxies, xclient, xforward }: Service): Claims | undefined {
  const isWide = (list: ListIndex | undefined): boolean =>
    list !== undefined && isWideFor((ip) => list.find(ip) !== undefined)
  const [proxy, client, forward] = [isWide(proxies), isWide(xclient), isWide(xforward)]
  if (!proxy && !client && !forward) return undefined
  const facts = [...(proxy ? ['proxy'] : []), ...(client ? ['auth'] : []), ...(forward ? ['xforward'] : [])]
  return { address: proxy || client, facts: new RegExp(`^(?:${facts.join('|')})\\.`) }
}

/** `asks`: every question of the rules that are looked at. */
export function stranger(asks: readonly Ask[], listeners: readonly string[] | undefined, claims: Claims): Product {
  const about = (fact: string): readonly Ask[] => asks.filter(({ likely }) => likely.fact === fact)
  const product = new Map<string, ValueSet>([
    ['remote_ip', claims.address ? valuesIn(ADDRESSES) : fromAnywhere(about('remote_ip'))],
    [
      'rcpt.domain',
      { ...valuesIn(foreignDomains(about('rcpt.domain'))), literals: unlisted(about('rcpt.domain'), holdsAny) },
    ],
    ['rcpt', { ...valuesIn(TextSet.all), literals: unlisted(about('rcpt'), holdsAny) }],
    ['relay_client', valuesIn(TextSet.of(['false']))],
    ['immune', valuesIn(TextSet.of(['false']))],
    ['score', valuesIn(RangeSet.points([0]))],
    ['anonymous', valuesIn(TextSet.of(['false']))],
  ])
  if (listeners) product.set('listener', valuesIn(TextSet.of(listeners))).set('helo', valuesIn(NameTree.all))
  return product
}

function fromAnywhere(asks: readonly Ask[]): ValueSet {
  return { ...valuesIn(unknownAddresses(asks)), literals: unlisted(asks, ({ now }) => isWideFor(now)) }
}

function unknownAddresses(asks: readonly Ask[]): RangeSet {
  const known = asks.flatMap(({ likely: { hit } }) => (hit.literals.size > 0 ? [] : knownAddresses(hit.region)))
  return INTERNET.and(RangeSet.of(known).not())
}

function foreignDomains(asks: readonly Ask[]): NameTree {
  const named = asks.flatMap(({ likely: { hit } }) =>
    hit.region.kind === 'names' && hit.literals.size === 0 ? (hit.region.entries() ?? []) : [],
  )
  return NameTree.of(named.filter(isOwnDomain)).not()
}

/** In no list, unless the list is about everybody. Patterns stay open. */
function unlisted(asks: readonly Ask[], isAboutAll: (predicate: Predicate) => boolean): ReadonlyMap<string, Literal> {
  const lists = asks
    .flatMap(({ likely }) => [...likely.hit.literals.values()])
    .filter(({ predicate }) => isList(predicate))
  const closed = lists.filter(({ predicate }) => !isAboutAll(predicate))
  return new Map(closed.map(({ predicate }) => [predicate.key, { predicate, wanted: false }]))
}

function isList({ key }: Predicate): boolean {
  return key.startsWith('in list ')
}

/** One address of every network /8: a list that has two neighbours of /7 has more than it should. */
const PROBES = Array.from(
  { length: 111 },
  (_, index) => [`${index * 2}.37.91.113`, `${index * 2 + 1}.37.91.113`] as const,
)
const INTERNET_NETWORKS = networksIn(NOT_THE_INTERNET)

function isWideFor(now: Predicate['now']): boolean {
  return (
    ['2600:37:91::1', '2a00:37:91::1'].every(now) || PROBES.some((pair) => pair.every((ip) => isPublic(ip) && now(ip)))
  )
}

function isPublic(text: string): boolean {
  const ip = parseIp(text)
  return !isIpFault(ip) && !INTERNET_NETWORKS.some((network) => networkContains(network, ip))
}

/** Names that nobody lists on purpose. */
export const FOREIGN_DOMAINS = [
  'elsewhere.example',
  'no-such-name-37.com',
  'no-such-name-37.org',
  'no-such-name-37.net',
  'no-such-name-37.de',
]

function holdsAny({ now }: Predicate): boolean {
  return FOREIGN_DOMAINS.some((domain) => now(domain) ?? now({ kind: 'mailbox', local: 'someone', domain }))
}

/** Facts that only somebody known has. */
const OF_THE_KNOWN = /^(?:auth\.|attempt\.|env\.|proxy\.|xforward\.|tls\.client\.)/

/** By hook. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ['command@mail_pre', 'mail'],
  ['command@mail', 'mail'],
  ['command@rcpt_pre', 'rcpt'],
  ['command@rcpt', 'rcpt'],
])

/** What a fact of a stranger is before any rule has done anything. */
export function strange(fact: string, set: ValueSet, { facts }: Claims): ValueSet {
  const command = COMMANDS.get(fact)
  if (command !== undefined) return valuesIn(TextSet.of([command]))
  const isMissing = (OF_THE_KNOWN.test(fact) && !facts.test(fact)) || fact.startsWith('note.')
  return isMissing ? { ...set, absent: true, unknown: false, region: emptyLike(set.region) } : set
}
