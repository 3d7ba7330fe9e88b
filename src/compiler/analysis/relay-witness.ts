/** An example session for a way to RCPT, in the form that `postern explain --session` and tests read. */
import { type Address, mailbox, NULL_SENDER, parseMailbox, POSTMASTER } from '../../core/mail/address.ts'
import type { Hook } from '../../core/hook.ts'
import { isIpFault, parseIp } from '../../core/net/ip.ts'
import type { Product, World } from './product.ts'
import { answersIn, commandsOf, forwardedIn, loginOf, timeIn } from './witness-parts.ts'
import { otherFacts } from './witness-facts.ts'
import { fits, foreignNamesLike, hintsOf, holds, namesLike, textFor, texts } from './witness-texts.ts'
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

interface PlainFacts {
  readonly helo?: string
  readonly remote_host?: string
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
  const command = saidWith(name, read)
  const hints = [...[whole, user, domain].flatMap(hintsOf), ...command.hints]
  const users = texts(user, [...USERS, ...hints.map((hint) => hint.split('@')[0] ?? ''), ...detailed(read)]).filter(
    (local) => name === 'sender' || hasParts(local, read),
  )
  if (name === 'sender' && !holds(read('sender.null').region, 'false')) return undefined
  const domains = texts(domain, [...FOREIGN_DOMAINS, ...hints.flatMap(name === 'rcpt' ? foreignNamesLike : namesLike)])
  for (const local of users)
    for (const host of domains) {
      const address = mailbox(local, host)
      if (address && fits(address, whole.literals) && command.fits(`${local}@${host}`)) return `${local}@${host}`
    }
  return undefined
}

interface SaidWith {
  readonly hints: readonly string[]
  readonly fits: (address: string) => boolean
}

const COMMANDS_WITH = {
  sender: { keyword: 'FROM:', hooks: ['mail_pre', 'mail'] },
  rcpt: { keyword: 'TO:', hooks: ['rcpt_pre', 'rcpt'] },
} as const

/** What rules ask of the line that says the address. */
function saidWith(name: 'sender' | 'rcpt', read: Read): SaidWith {
  const { keyword, hooks } = COMMANDS_WITH[name]
  const asked = hooks.flatMap((hook) => [
    { prefix: '', set: read(`command.path@${hook}`) },
    { prefix: keyword, set: read(`command.argument@${hook}`) },
  ])
  return {
    hints: asked.flatMap(({ set }) => hintsOf(set).map((hint) => hint.replace(/^(?:from:|to:)|[<>]/gi, ''))),
    fits: (address) => asked.every(({ prefix, set }) => isOne(`${prefix}<${address}>`, set)),
  }
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

/** Facts of their own; undefined when one cannot be guessed, or no session can say it. */
function plainFacts(product: Product, read: Read): PlainFacts | undefined {
  const helo = textFor(read('helo'), ['client.example'])
  const host = product.has('remote_host') ? textFor(read('remote_host'), ['client.example']) : null
  if (helo === undefined || host === undefined) return undefined
  const others = otherFacts(product)
  if (!others) return undefined
  return {
    ...(helo !== null && { helo }),
    ...(host !== null && { remote_host: host }),
    ...others,
  }
}
