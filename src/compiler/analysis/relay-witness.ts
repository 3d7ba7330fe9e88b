/** An example session for a way to RCPT, in the form that `postern explain --session` and tests read. */
import { type Address, mailbox, NULL_SENDER, parseMailbox, POSTMASTER } from '../../core/mail/address.ts'
import type { Hook } from '../../core/hook.ts'
import { isIpFault, parseIp } from '../../core/net/ip.ts'
import type { Product, World } from './product.ts'
import { answersIn, commandsOf, forwardedIn, loginOf, timeIn } from './witness-parts.ts'
import { fits, hintsOf, holds, texts } from './witness-texts.ts'
import { networksIn, FOREIGN_DOMAINS } from './stranger.ts'
import { NameTree } from './name-tree.ts'
import { RangeSet } from './range-set.ts'
import { TextSet } from './text-set.ts'
import { emptyLike, type ValueSet } from './value-set.ts'

const NONE: ReadonlySet<Hook> = new Set()

export interface Witness {
  /** As `postern explain --session` reads it. */
  readonly session: Readonly<Record<string, unknown>>
  /** The same as facts. */
  readonly product: Product
}

/** Undefined when no example comes to mind: patterns may ask for more than can be guessed. `asked`: hooks that have to be. */
export function witnessOf(product: Product, world: World, asked: ReadonlySet<Hook> = NONE): Witness | undefined {
  const read = (fact: string): ValueSet => product.get(fact) ?? world(fact)
  const rcpt = addressFor('rcpt', read)
  const sender = addressFor('sender', read) ?? senderWithoutDomain(read)
  const ip = addressOfClient(read('remote_ip'))
  const plain = plainFacts(product, read)
  const besides = otherParts(product, asked)
  if (rcpt === undefined || sender === undefined || ip === undefined || !plain || !besides) return undefined
  const session = { ...plain, ...besides, remote_ip: ip, sender, rcpt }
  return { session, product: new Map([...product, ...pinned(session, product, read)]) }
}

/** What several facts say together, and what rules on the way were asked about. */
function otherParts(product: Product, hooks: ReadonlySet<Hook>): Readonly<Record<string, unknown>> | undefined {
  const [time, commands] = [timeIn(product), commandsOf(product, hooks)]
  const login = loginOf(product, hooks.has('auth'))
  return time && commands && login && { ...time, ...login, ...commands, ...forwardedIn(product), ...answersIn(product) }
}

interface Said extends PlainFacts {
  readonly remote_ip: string
  readonly sender: string
  readonly rcpt: string
}

/** The facts of the session as they are, each with its one value. */
function pinned(
  { sender, rcpt, remote_ip: ip, helo, remote_host: host }: Said,
  product: Product,
  read: Read,
): readonly (readonly [string, ValueSet])[] {
  const texts = Object.entries({ helo, ...(product.has('remote_host') && { remote_host: host }) }).map(([fact, text]) =>
    pin(fact, text ?? undefined, read),
  )
  return [
    ...texts,
    ...pinAddress('rcpt', rcpt, read),
    ...pinAddress('sender', sender, read),
    pin('remote_ip', ip, read),
  ]
}

function pin(fact: string, value: string | undefined, read: Read): readonly [string, ValueSet] {
  const set = read(fact)
  if (value === undefined) return [fact, { ...set, unknown: false, region: emptyLike(set.region), literals: new Map() }]
  const { kind } = set.region
  const region =
    kind === 'range'
      ? RangeSet.networks(networksIn([value]))
      : kind === 'names'
        ? NameTree.of([value])
        : TextSet.of([value])
  return [fact, { absent: false, unknown: false, region, literals: set.literals, value }]
}

function pinAddress(name: 'sender' | 'rcpt', text: string, read: Read): readonly (readonly [string, ValueSet])[] {
  const address: Address = parseMailbox(text) ?? (text === 'postmaster' ? POSTMASTER : NULL_SENDER)
  const set = read(name)
  const [local, domain] =
    address.kind === 'mailbox' ? [address.local, address.domain] : [text === '' ? undefined : text]
  const isNull: readonly (readonly [string, ValueSet])[] =
    name === 'sender' ? [pin('sender.null', String(address.kind === 'null'), read)] : []
  return [
    [name, { ...set, value: address }],
    pin(`${name}.user`, local, read),
    pin(`${name}.domain`, domain, read),
    ...isNull,
  ]
}

type Read = (fact: string) => ValueSet

/** The null sender, or the bare postmaster. */
function senderWithoutDomain(read: Read): string | undefined {
  const [whole, user, domain, isNull] = [
    read('sender'),
    read('sender.user'),
    read('sender.domain'),
    read('sender.null'),
  ]
  if (!domain.absent) return undefined
  if (user.absent && holds(isNull.region, 'true') && fits(NULL_SENDER, whole.literals)) return ''
  const isPostmaster = holds(user.region, 'postmaster') && holds(isNull.region, 'false')
  return isPostmaster && fits(POSTMASTER, whole.literals) ? 'postmaster' : undefined
}

/** RFC 5737 and RFC 3849 first. */
const CLIENTS = ['203.0.113.9', '198.51.100.9', '192.0.2.9', '2001:db8::9', '8.37.91.113', '8.37.91.113']

function addressOfClient({ region, literals }: ValueSet): string | undefined {
  if (region.kind !== 'range') return undefined
  const networks = region.exampleAddress()
  const candidates = [...CLIENTS, ...(networks === undefined ? [] : [networks])]
  return candidates.find((ip) => isIn(ip, region) && fits(ip, literals))
}

function isIn(text: string, region: RangeSet): boolean {
  return !isIpFault(parseIp(text)) && !region.and(RangeSet.networks(networksIn([text]))).isEmpty
}

const USERS = ['someone', 'ann', 'postmaster']

/** Of all pairs of a user and a domain that come to mind, the first that fits. */
function addressFor(name: 'sender' | 'rcpt', read: Read): string | undefined {
  const [whole, user, domain] = [read(name), read(`${name}.user`), read(`${name}.domain`)]
  const hints = [whole, user, domain].flatMap(hintsOf)
  const users = texts(user, [...USERS, ...hints.map((hint) => hint.split('@')[0] ?? ''), ...detailed(read)]).filter(
    (local) => name === 'sender' || hasParts(local, read),
  )
  if (name === 'sender' && !holds(read('sender.null').region, 'false')) return undefined
  const domains = texts(domain, [...FOREIGN_DOMAINS, ...hints.flatMap(name === 'rcpt' ? foreignNamesLike : namesLike)])
  for (const local of users)
    for (const host of domains) {
      const address = mailbox(local, host)
      if (address && fits(address, whole.literals)) return `${local}@${host}`
    }
  return undefined
}

/** `ann+detail`, as rules ask for it. */
function detailed(read: Read): readonly string[] {
  const [mailboxes, details] = [read('rcpt.mailbox'), read('rcpt.detail')]
  const boxes = texts(mailboxes, [...USERS, ...hintsOf(mailboxes)])
  const behind = details.region.isEmpty ? [] : texts(details, ['detail', ...hintsOf(details)])
  return boxes.flatMap((box) => [box, ...behind.map((detail) => `${box}+${detail}`)])
}

function hasParts(local: string, read: Read): boolean {
  const [, box = '', detail] = /^([^+]*)(?:\+(.*))?$/s.exec(local) ?? []
  return isOne(box, read('rcpt.mailbox')) && isOne(detail, read('rcpt.detail'))
}

function isOne(text: string | undefined, set: ValueSet): boolean {
  return text === undefined ? set.absent : holds(set.region, text) && fits(text, set.literals)
}

/** Names that contain what a careless pattern looks for, and are somebody else's. */
function foreignNamesLike(hint: string): readonly string[] {
  const bare = bareName(hint)
  return [`elsewhere${bare}`, `${bare}.elsewhere.example`]
}

function namesLike(hint: string): readonly string[] {
  const bare = bareName(hint)
  return [bare, `client.${bare}`, ...foreignNamesLike(hint)]
}

function bareName(hint: string): string {
  return (hint.split('@').at(-1) ?? '').toLowerCase().replace(/^\./, '')
}

interface PlainFacts {
  readonly helo?: string
  readonly remote_host?: string
  readonly [key: string]: unknown
}

/** Facts of their own; undefined when one cannot be guessed, or no session can say it. */
function plainFacts(product: Product, read: Read): PlainFacts | undefined {
  const helo = textFor(read('helo'), ['client.example'])
  const host = product.has('remote_host') ? textFor(read('remote_host'), ['client.example']) : null
  if (helo === undefined || host === undefined) return undefined
  const others = [...product].map(([fact, set]) => otherFact(fact, set))
  if (others.includes(undefined)) return undefined
  return {
    ...(helo !== null && { helo }),
    ...(host !== null && { remote_host: host }),
    ...Object.assign({}, ...others),
  }
}

/** How a session says a fact, given some value of it. */
const SAYINGS: ReadonlyMap<string, (value: string | number) => PlainFacts> = new Map<
  string,
  (value: string | number) => PlainFacts
>([
  ['listener', (listener) => ({ listener })],
  ['remote_port', (port) => ({ remote_port: port })],
  ['local_port', (port) => ({ local_port: port })],
  ['client_sessions', (count) => ({ client_sessions: Math.max(1, Number(count)) })],
  ['helo.verb', (verb) => (verb === 'helo' ? { helo_verb: 'HELO' } : {})],
  ['tls', (isOn) => (isOn === 'true' ? { tls: { protocol: 'TLSv1.3' } } : {})],
])

const SAID_ELSEWHERE =
  /^(?:remote_ip|remote_host|helo|sender(?:\..*)?|rcpt(?:\.user|\.domain|\.mailbox|\.detail)?|time\..*|(?:attempt|auth|xforward)\..*|command\b.*@(?:noop|vrfy|help|unrecognized_command))$/
/** What rules do on the way, or others answer, is not the client's to say. */
const NOT_SAID = /^(?:relay_client|immune|score|anonymous|note\..*|(?:word|free|skip) .*)$/

function otherFact(fact: string, set: ValueSet): PlainFacts | undefined {
  if (SAID_ELSEWHERE.test(fact) || NOT_SAID.test(fact)) return {}
  const value = set.region.example()
  const isFree = set.literals.size === 0
  const say = SAYINGS.get(fact)
  if (say && isFree && value !== undefined) return say(value)
  const parameter = fact === 'mail.size' ? 'SIZE' : /^mail\.params\.(.+)$/.exec(fact)?.[1]
  if (set.absent) return {}
  if (parameter !== undefined) return parameterFor(parameter, set)
  return isNothing(fact, set) ? {} : undefined
}

const SIZES = ['1000', '1', '0', '1000000', '100000000']

/** Of several parameters one is enough for an example. */
function parameterFor(name: string, set: ValueSet): PlainFacts | undefined {
  const found = set.region.kind === 'range' ? SIZES.find((size) => fits(Number(size), set.literals)) : textFor(set, [])
  return typeof found === 'string' ? { mail_params: { [name]: found } } : undefined
}

/** The session has just begun, and nobody is accepted yet. */
function isNothing(fact: string, { region, literals }: ValueSet): boolean {
  return (
    (fact === 'rcpt.count' || fact === 'elapsed') &&
    region.kind === 'range' &&
    literals.size === 0 &&
    !region.and(RangeSet.points([0])).isEmpty
  )
}

/** Null where it is absent. */
function textFor(set: ValueSet, candidates: readonly string[]): string | null | undefined {
  const found = texts(set, [...candidates, ...hintsOf(set).flatMap((hint) => [...namesLike(hint), hint])])[0]
  return found ?? (set.absent ? null : undefined)
}
