/**
 * helo_matches: does the HELO name belong to the client?
 *
 * It does when the name has the client's address. A literal such as `[192.0.2.1]` must be that very address. On request the
 * client's own reverse name counts too; it is what the owner of the address says, so that is the weaker test.
 */
import type { HookContext } from '../core/context.ts'
import { canonicalDomain, isSubdomainOf } from '../core/mail/domain.ts'
import { addressLiteral, canonicalHost } from '../core/mail/mailbox-scan.ts'
import { Unknown } from '../core/truth.ts'
import { defineMatcher, type Match } from '../core/word.ts'
import { addressType, clientIp, isSameAddress, lookUp, SAME_NETWORK } from './shared/dns-look-up.ts'
import { TIMEOUT } from './shared/options.ts'

const REVERSE_NAME = {
  type: 'string',
  enum: ['ignored', 'same', 'related'],
  default: 'ignored',
  description:
    "Whether the client's reverse name counts: not at all, when it is the HELO name, or when one lies below the other's parent domain",
} as const
type ReverseName = (typeof REVERSE_NAME.enum)[number]

export const heloMatches = defineMatcher({
  name: 'helo_matches',
  summary: 'The HELO name belongs to the client',
  reference: 'RFC 5321 section 4.1.4; qpsmtpd plugin helo (no_matching_dns, is_forged_literal)',
  stage: 'greeting',
  options: {
    type: 'object',
    properties: { same_network: SAME_NETWORK, reverse_name: REVERSE_NAME, timeout: TIMEOUT },
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: { by: 'What fits: address, name, or both' },
  compile({ same_network: sameNetwork, reverse_name: reverseName, timeout }) {
    return (context) => {
      const name = context.connection.hello?.name ?? ''
      const domain = canonicalDomain(name)
      if (domain === undefined) return matchLiteral(name, context)
      return matchName(domain, context, { sameNetwork, reverseName, timeout })
    }
  },
})

function matchLiteral(name: string, { connection }: HookContext): Match {
  const literal = canonicalHost(name)
  if (literal === undefined) return { truth: 'miss', because: 'the HELO name is no domain name' }
  if (literal === addressLiteral(connection.remote.ip)) return { truth: 'hit', found: { by: 'address' } }
  return { truth: 'miss', because: `${literal} is not the address of the client` }
}

interface Options {
  readonly sameNetwork: boolean
  readonly reverseName: ReverseName
  readonly timeout: number
}

async function matchName(name: string, context: HookContext, options: Options): Promise<Match> {
  const byName = matchReverse(name, context, options.reverseName)
  const byAddress = await matchAddress(name, context, options)
  if (byName.truth === 'hit' && byAddress.truth === 'hit') return { ...byAddress, found: { by: 'both' } }
  if (byName.truth === 'hit' || byAddress.truth === 'hit') return byName.truth === 'hit' ? byName : byAddress
  return byName.truth === 'unknown' ? byName : byAddress
}

async function matchAddress(name: string, context: HookContext, { sameNetwork, timeout }: Options): Promise<Match> {
  const ip = clientIp(context)
  const answer = await lookUp(context, timeout, (resolver) => resolver.resolve(name, addressType(ip)))
  if (answer.kind === 'failed') return { truth: 'unknown', because: `${name}: ${answer.because}` }
  if (answer.kind === 'none') return { truth: 'miss', because: `${name} has no address` }
  const address = answer.records.find((record) => isSameAddress(record, ip, sameNetwork))
  if (address === undefined) return { truth: 'miss', because: `${name} is ${answer.records.join(', ')}` }
  return { truth: 'hit', because: `${name} is ${address}`, found: { by: 'address' } }
}

function matchReverse(name: string, { connection }: HookContext, wanted: ReverseName): Match {
  const host = connection.remoteHost
  if (wanted === 'ignored' || host === undefined) return { truth: 'miss' }
  if (host instanceof Unknown) return { truth: 'unknown', because: host.because }
  const other = canonicalDomain(host)
  const fits = other !== undefined && (other === name || (wanted === 'related' && isRelated(name, other)))
  return fits ? { truth: 'hit', because: `the client is ${host}`, found: { by: 'name' } } : { truth: 'miss' }
}

function isRelated(one: string, other: string): boolean {
  return isNear(one, other) || isNear(other, one)
}

/** A parent of one label is a whole top-level domain, and relates nobody. */
function isNear(name: string, other: string): boolean {
  const parent = other.slice(other.indexOf('.') + 1)
  return isSubdomainOf(name, other) || (parent.includes('.') && (name === parent || isSubdomainOf(name, parent)))
}
