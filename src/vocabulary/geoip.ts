/**
 * geoip: where does an address belong, as GeoIP databases (MaxMind's format) have it?
 *
 * A hit when a database knows the client. What several databases say is put together; the first that says something counts.
 * It is a guess: networks move, and the country of a client is not that of the sender.
 */
import { parseIp, isIpFault } from '../core/net/ip.ts'
import type { HookContext } from '../core/context.ts'
import type { GeoFacts } from '../core/ports.ts'
import { defineMatcher, type Match } from '../core/word.ts'

export const geoip = defineMatcher({
  name: 'geoip',
  summary: 'A GeoIP database knows the address of the client',
  reference: 'MaxMind DB file format 2.0; qpsmtpd plugin ident/geoip',
  stage: 'accept',
  outside: true,
  options: {
    type: 'object',
    properties: {
      databases: {
        'x-path': true,
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
        description: 'Files such as GeoLite2-City.mmdb, GeoLite2-ASN.mmdb and GeoIP2-Anonymous-IP.mmdb',
      },
      distance_from: {
        type: 'string',
        description: 'Address from which the distance is measured, such as our own; without it none is',
      },
      farther_than: {
        type: 'number',
        minimum: 0,
        description: 'Only clients farther away than so many kilometres; without it, all',
      },
    },
    required: ['databases'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: {
    country: 'ISO code of the country, such as CH',
    country_name: 'Its name in English',
    continent: 'AF, AN, AS, EU, NA, OC or SA',
    city: 'Name of the city in English',
    place: 'Country and city with _ for blanks, as lists have it: US/New_York',
    asn: 'Number of the autonomous system',
    organization: 'Who runs it',
    anonymous:
      'How the client hides, with blanks between: anonymous, anonymous_vpn, hosting_provider, public_proxy, residential_proxy, tor_exit_node',
    distance: 'Kilometres from `distance_from`',
  },
  compile({ databases, distance_from: from, farther_than: limit }) {
    if (from !== undefined && isIpFault(parseIp(from))) throw new Error(`\`${from}\` is no IP address`)
    if (limit !== undefined && from === undefined) throw new Error('`farther_than` needs `distance_from`')
    const files = typeof databases === 'string' ? [databases] : databases
    return async (context) => {
      const facts = await factsOf(files, context.connection.remote.ip, context)
      if (facts === undefined) return { truth: 'miss', because: 'no database knows it' }
      const home = from === undefined ? undefined : await factsOf(files, from, context)
      return matchOf(facts, home && distance(home, facts), limit)
    }
  },
})

/** Rejects when a database cannot be read; the rule's `on_unknown` has the say then. */
async function factsOf(files: readonly string[], ip: string, { ports }: HookContext): Promise<GeoFacts | undefined> {
  const { geoip: databases } = ports
  if (!databases) throw new Error('there are no GeoIP databases here')
  const answers = await Promise.all(files.map((file) => databases.find(file, ip)))
  const known = answers.filter((one) => one !== undefined)
  return known.length === 0 ? undefined : Object.assign({}, ...known.toReversed())
}

function matchOf(facts: GeoFacts, away: number | undefined, limit: number | undefined): Match {
  const { country, countryName, continent, city, asn, organization, anonymous } = facts
  const all = {
    country,
    country_name: countryName,
    continent,
    city,
    place: country !== undefined && city !== undefined ? `${country}/${city.replace(/\s+/g, '_')}` : undefined,
    asn,
    organization,
    anonymous: anonymous?.join(' '),
    distance: away,
  }
  const said = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  const found: Record<string, string> = Object.fromEntries(said)
  const because = said.map(([name, value]) => `${name} ${value}`).join(', ')
  if (limit !== undefined && away === undefined)
    return { truth: 'unknown', because: 'its distance is not known', found }
  return { truth: limit === undefined || (away ?? 0) > limit ? 'hit' : 'miss', because, found }
}

/** Kilometres. */
const EARTH_RADIUS = 6371

/** Along the surface, in whole kilometres (haversine formula). */
function distance(one: GeoFacts, other: GeoFacts): number | undefined {
  if (one.latitude === undefined || one.longitude === undefined) return undefined
  if (other.latitude === undefined || other.longitude === undefined) return undefined
  const [a, b] = [radians(one.latitude), radians(other.latitude)]
  const [high, wide] = [b - a, radians(other.longitude - one.longitude)]
  const h = Math.sin(high / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(wide / 2) ** 2
  return Math.round(2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h))))
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
