/**
 * Name servers that answer, and DNS lists that are alive.
 *
 * RFC 5782 section 5: a list of addresses holds 127.0.0.2 and not 127.0.0.1; a list of domains holds `test` and not
 * `invalid`. A list that holds everything would refuse all mail, one that holds nothing is dead or does not answer us.
 */
import { getServers } from 'node:dns'
import type { DnsAnswer, Resolver } from '../../core/ports.ts'
import { isIpFault, networkContains, parseIp } from '../../core/net/ip.ts'
import { reasonOf } from '../../core/reason.ts'
import { dnsResolver } from '../../ports/dns/dns-resolver.ts'
import { error, type Finding, ok, warning } from './finding.ts'

export interface DnsSettings {
  readonly servers: readonly string[]
  readonly timeout: number
}

export interface ZoneUse {
  readonly zone: string
  /** What is looked up in it. */
  readonly of: 'addresses' | 'domains'
}

/** `name` is ours: whether it exists does not matter, only that somebody says so. */
export async function lookAtServers({ servers, timeout }: DnsSettings, name: string): Promise<readonly Finding[]> {
  const asked = servers.length > 0 ? servers : getServers()
  return Promise.all(asked.map((server) => lookAtServer(server, timeout, name)))
}

async function lookAtServer(server: string, timeout: number, name: string): Promise<Finding> {
  const about = `DNS server ${server}`
  try {
    const answer = await dnsResolver({ servers: [server], timeout, attempts: 1 }).resolve(name, 'A')
    return answer.kind === 'failed' ? error(about, `does not answer: ${answer.because}`) : ok(about, 'answers')
  } catch (fault) {
    return error(about, reasonOf(fault), 'write address or address:port')
  }
}

const TESTS = {
  addresses: { present: '2.0.0.127', absent: '1.0.0.127' },
  domains: { present: 'test', absent: 'invalid' },
} as const

export async function lookAtZone({ zone, of }: ZoneUse, resolver: Resolver): Promise<Finding> {
  const about = `zone ${zone}`
  const { present, absent } = TESTS[of]
  const [there, notThere] = await Promise.all([
    resolver.resolve(`${present}.${zone}`, 'A'),
    resolver.resolve(`${absent}.${zone}`, 'A'),
  ])
  const refused = refusalIn(there) ?? refusalIn(notThere)
  if (refused !== undefined)
    return error(
      about,
      `does not serve us: it answers ${refused}`,
      'public resolvers are often refused; use one of your own',
    )
  if (there.kind === 'failed') return error(about, `does not answer: ${there.because}`)
  if (notThere.kind === 'found')
    return error(
      about,
      `lists ${absent}, which no list may: it would list everybody`,
      'take it out, or ask another resolver',
    )
  if (there.kind === 'none') return silent(about, present, of)
  return ok(about, `lists ${present}, does not list ${absent}`)
}

/** Not every list of domains has the test entry. */
function silent(about: string, present: string, of: ZoneUse['of']): Finding {
  const message = `does not list ${present}`
  return of === 'addresses' ? error(about, `${message}: it is dead, or not for us`) : warning(about, message)
}

const REFUSALS = { version: 4, value: 0x7fffff00, prefix: 24 } as const
const LISTINGS = { version: 4, value: 0x7f000000, prefix: 8 } as const

/** What lists, and resolvers that invent answers, say instead of "you may not ask". */
function refusalIn(answer: DnsAnswer): string | undefined {
  if (answer.kind !== 'found') return undefined
  return answer.records.find((record) => {
    const ip = parseIp(record)
    return isIpFault(ip) || networkContains(REFUSALS, ip) || !networkContains(LISTINGS, ip)
  })
}
