/**
 * resolvable: does a name lead anywhere in DNS?
 *
 * As a host it needs an A or AAAA record; as a mail domain it needs an MX host with one, or without MX its own (RFC 5321
 * section 5.1). A null MX (RFC 7505) leads nowhere. Address literals lead to themselves, and the null sender has no name
 * that could be wrong: both hold.
 */
import type { HookContext } from '../core/context.ts'
import { canonicalDomain } from '../core/mail/domain.ts'
import type { ListIndex } from '../core/list.ts'
import { canonicalHost } from '../core/mail/mailbox-scan.ts'
import type { Resolver } from '../core/ports.ts'
import { Unknown } from '../core/truth.ts'
import { defineMatcher, type Match } from '../core/word.ts'
import { lookUp, MOST_NAMES } from './shared/dns-look-up.ts'
import { nameOf, OF, type Of, stageOfName, TIMEOUT } from './shared/options.ts'

interface Asking {
  readonly resolver: Resolver
  readonly notIn: ListIndex
}

export const resolvable = defineMatcher({
  name: 'resolvable',
  summary: 'A name exists in DNS and leads to an address',
  reference: 'RFC 5321 sections 2.3.5 and 5.1; qpsmtpd plugins resolvable_fromhost and helo (no_forward_dns)',
  stage: 'connection',
  stageOf: ({ of }) => stageOfName(of),
  options: {
    type: 'object',
    properties: {
      of: OF,
      as: {
        type: 'string',
        enum: ['mail_domain', 'host'],
        default: 'mail_domain',
        description: 'A mail domain has MX records or addresses; a host has addresses',
      },
      not_in: { 'x-list': 'ip', description: 'Addresses in these networks do not count' },
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: { name: 'The name that was looked up', address: 'An address it leads to' },
  compile({ of, as, timeout }, tools) {
    const notIn = tools.list('not_in')
    const ask = as === 'host' ? askHost : askMailDomain
    return (context) => {
      const name = nameOf(of, context)
      if (name instanceof Unknown) return { truth: 'unknown', because: name.because }
      if (name === undefined) return withoutName(of, context)
      const domain = canonicalDomain(name)
      if (domain === undefined) return literal(name, notIn)
      return lookUp(context, timeout, (resolver) => ask(domain, { resolver, notIn }))
    }
  },
})

function withoutName(of: Of, { transaction }: HookContext): Match {
  if (of !== 'sender') return { truth: 'miss', because: 'there is no name' }
  if (!transaction?.sender) return { truth: 'unknown', because: 'there is no sender yet' }
  return { truth: 'hit', because: 'the null sender has no domain' }
}

function literal(name: string, notIn: ListIndex): Match {
  const address = canonicalHost(name)?.replace(/^\[(?:IPv6:)?|\]$/g, '')
  if (address === undefined) return { truth: 'miss', because: 'this is no domain name', found: { name } }
  return counted(name, [address], notIn) ?? { truth: 'miss', because: `${address} does not count`, found: { name } }
}

/** A hit for the first address that counts. */
function counted(name: string, addresses: readonly string[], notIn: ListIndex): Match | undefined {
  const address = addresses.find((one) => notIn.find(one) === undefined)
  return address === undefined
    ? undefined
    : { truth: 'hit', because: `${name} is ${address}`, found: { name, address } }
}

async function askHost(name: string, { resolver, notIn }: Asking): Promise<Match> {
  const answers = [resolver.resolve(name, 'A'), resolver.resolve(name, 'AAAA')]
  const failures: string[] = []
  let ignored = ''
  for (const asked of answers) {
    const answer = await asked
    const hit = answer.kind === 'found' ? counted(name, answer.records, notIn) : undefined
    if (hit) return hit
    if (answer.kind === 'failed') failures.push(answer.because)
    if (answer.kind === 'found') ignored = answer.records.join(', ')
  }
  if (failures.length > 0) return { truth: 'unknown', because: `${name}: ${failures.join('; ')}`, found: { name } }
  const because = ignored === '' ? `${name} has no address` : `${name} is ${ignored}, which does not count`
  return { truth: 'miss', because, found: { name } }
}

async function askMailDomain(name: string, asking: Asking): Promise<Match> {
  const answer = await asking.resolver.resolve(name, 'MX')
  if (answer.kind === 'none') return askHost(name, asking)
  if (answer.kind === 'failed') return { truth: 'unknown', because: `${name} MX: ${answer.because}`, found: { name } }
  const exchanges = exchangesIn(answer.records)
  if (exchanges.length === 0)
    return { truth: 'miss', because: `${name} takes no mail: MX ${answer.records.join(', ')}`, found: { name } }
  return best(
    name,
    exchanges.slice(0, MOST_NAMES).map((exchange) => askExchange(exchange, asking)),
  )
}

/** In order of preference; a null MX is the root, which is no name. Some put addresses where names belong. */
function exchangesIn(records: readonly string[]): readonly string[] {
  return records
    .map((record) => record.trim().split(/\s+/))
    .toSorted(([left], [right]) => Number(left) - Number(right))
    .flatMap(([, exchange = '']) => canonicalDomain(exchange) ?? canonicalHost(`[${exchange}]`) ?? [])
}

function askExchange(exchange: string, asking: Asking): Promise<Match> | Match {
  return exchange.startsWith('[') ? literal(exchange, asking.notIn) : askHost(exchange, asking)
}

/** The first hit; else unknown when there is one. */
async function best(name: string, asked: readonly (Promise<Match> | Match)[]): Promise<Match> {
  let unknown: Match | undefined
  let miss: Match | undefined
  for (const one of asked) {
    const match = await one
    if (match.truth === 'hit') return { ...match, found: { ...match.found, name } }
    if (match.truth === 'unknown') unknown ??= match
    else miss ??= match
  }
  return { ...(unknown ?? miss ?? { truth: 'miss' }), found: { name } }
}
