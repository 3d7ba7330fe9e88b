/**
 * Asks DNS lists about an address or a domain, all zones at once (RFC 5782 sections 2 and 3).
 *
 * The first zone in the order written that lists it decides, and zones behind it are not waited for. A listing is an A
 * record in 127.0.0.0/8. Answers that lists use to say "you may not ask" (127.255.255.0/24: Spamhaus; 127.0.0.1: SURBL,
 * URIBL), and those of resolvers that invent addresses, are no listings: they make the zone unknown. So does a zone that
 * lists what no list may (RFC 5782 section 5).
 */
import type { HookContext } from '../../core/context.ts'
import { canonicalDomain } from '../../core/mail/domain.ts'
import { isIpFault, networkContains, parseIp } from '../../core/net/ip.ts'
import type { ListIndex } from '../../core/list.ts'
import type { DnsAnswer, ListProbe, Resolver } from '../../core/ports.ts'
import type { Schema } from '../../core/schema.ts'
import type { Match } from '../../core/word.ts'
import { lookUp } from './dns-look-up.ts'

export const ZONES = {
  'x-list': 'zone',
  description: 'Zones to ask, each with an optional message for the client; `%IP%` in it is the address of the client',
} as const satisfies Schema

export const ZONE_FINDS = {
  zone: 'The zone that lists it',
  address: 'The address the zone answered with, such as 127.0.0.2',
  reason: "The zone's message from the list of zones, else the text the zone publishes, else `Listed in ZONE`",
} as const

export interface Zone {
  readonly name: string
  readonly message: string | undefined
}

export function zonesIn(list: ListIndex): readonly Zone[] {
  return Array.from(list.entries(), ({ text, reason }) => ({ name: canonicalDomain(text) ?? text, message: reason }))
}

const NAME_LENGTH = 253

export interface ZoneQuestion {
  readonly zones: readonly Zone[]
  /** What stands before the zone: a reversed address or a domain. */
  readonly subject: string
  /** What every such zone holds, or may not hold. */
  readonly probe: ListProbe
  /** Time for all zones together. */
  readonly milliseconds: number
}

export function askZones(context: HookContext, { zones, subject, probe, milliseconds }: ZoneQuestion): Promise<Match> {
  return lookUp(context, milliseconds, async (resolver, inTime) => {
    const asked = zones
      .map((zone) => ({ zone, question: `${subject}.${zone.name}` }))
      .filter(({ question }) => question.length <= NAME_LENGTH)
      .map(({ zone, question }) => ({ zone, question, answer: resolver.resolve(question, 'A') }))
    const faults = new Map(zones.map((zone) => [zone, context.ports.listHealth?.fault(zone.name, probe)]))
    const failures: string[] = []
    for (const { zone, question, answer } of asked) {
      const result = readAnswer(await answer)
      const fault = result.kind === 'listed' ? await inTime(faults.get(zone)) : undefined
      if (fault !== undefined) failures.push(`${zone.name}: ${fault}`)
      else if (result.kind === 'listed') return listed(context, resolver, zone, question, result.address)
      if (result.kind === 'failed') failures.push(`${zone.name}: ${result.because}`)
    }
    return failures.length > 0 ? { truth: 'unknown', because: failures.join('; ') } : { truth: 'miss' }
  })
}

type ZoneResult =
  | { readonly kind: 'listed'; readonly address: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly because: string }

function readAnswer(answer: DnsAnswer): ZoneResult {
  if (answer.kind !== 'found') return answer
  const address = answer.records.find(isListing)
  if (address !== undefined) return { kind: 'listed', address }
  return { kind: 'failed', because: `answered ${answer.records.join(', ')}, which is no listing` }
}

const [LISTINGS, REFUSALS, LOOPBACK] = [
  { version: 4, value: 0x7f000000, prefix: 8 },
  { version: 4, value: 0x7fffff00, prefix: 24 },
  { version: 4, value: 0x7f000001, prefix: 32 },
] as const

/** An address in 127.0.0.0/8 that says more than that one may not ask. */
export function isListing(record: string): boolean {
  const ip = parseIp(record)
  if (isIpFault(ip)) return false
  return networkContains(LISTINGS, ip) && !networkContains(REFUSALS, ip) && !networkContains(LOOPBACK, ip)
}

async function listed(
  context: HookContext,
  resolver: Resolver,
  zone: Zone,
  question: string,
  address: string,
): Promise<Match> {
  const reason = zone.message?.replaceAll('%IP%', () => context.connection.remote.ip)
  return {
    truth: 'hit',
    because: `${question} is ${address}`,
    found: {
      zone: zone.name,
      address,
      reason: reason ?? (await published(resolver, question)) ?? `Listed in ${zone.name}`,
    },
  }
}

async function published(resolver: Resolver, question: string): Promise<string | undefined> {
  const answer = await resolver.resolve(question, 'TXT')
  return answer.kind === 'found' ? answer.records.find((text) => text.trim() !== '') : undefined
}
