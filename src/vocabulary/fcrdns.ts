/**
 * fcrdns: does one of the client's names lead back to the client? Forward-confirmed reverse DNS, the iprev check of RFC 8601
 * section 3.
 *
 * A name that nobody confirms proves nothing: whoever owns the address writes its PTR record.
 */
import type { HookContext } from '../core/context.ts'
import { canonicalDomain } from '../core/mail/domain.ts'
import type { Resolver } from '../core/ports.ts'
import { reverseName } from '../core/net/reverse-name.ts'
import type { Truth } from '../core/truth.ts'
import { defineMatcher, type Match } from '../core/word.ts'
import { addressType, clientIp, isSameAddress, lookUp, MOST_NAMES, SAME_NETWORK } from './shared/dns-look-up.ts'
import { TIMEOUT } from './shared/options.ts'

export const fcrdns = defineMatcher({
  name: 'fcrdns',
  summary: 'A name of the client, by PTR look-up, has the address of the client',
  reference: 'RFC 8601 section 3 (iprev), RFC 1912 section 2.1; qpsmtpd plugin fcrdns',
  stage: 'accept',
  options: {
    type: 'object',
    properties: { same_network: SAME_NETWORK, timeout: TIMEOUT },
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: {
    name: 'The confirmed name; absent unless it matches',
    result: 'As Authentication-Results has it: pass, fail, temperror or permerror',
  },
  compile({ same_network: sameNetwork, timeout }) {
    return (context) => lookUp(context, timeout, (resolver) => confirm(context, resolver, sameNetwork))
  },
})

type Result = 'fail' | 'temperror' | 'permerror'

function without(truth: Truth, result: Result, because: string): Match {
  return { truth, because, found: { result } }
}

async function confirm(context: HookContext, resolver: Resolver, sameNetwork: boolean): Promise<Match> {
  const answer = await resolver.resolve(reverseName(context.connection.remote.ip), 'PTR')
  if (answer.kind === 'failed') return without('unknown', 'temperror', `PTR: ${answer.because}`)
  if (answer.kind === 'none') return without('miss', 'permerror', 'the client has no PTR record')
  const names = answer.records.map(canonicalDomain).filter((name) => name !== undefined)
  if (names.length === 0) return without('miss', 'permerror', 'no PTR record of the client is a host name')
  return confirmNames(names.slice(0, MOST_NAMES), context, resolver, sameNetwork)
}

async function confirmNames(
  names: readonly string[],
  context: HookContext,
  resolver: Resolver,
  sameNetwork: boolean,
): Promise<Match> {
  const ip = clientIp(context)
  const asked = names.map((name) => ({ name, reply: resolver.resolve(name, addressType(ip)) }))
  const failures: string[] = []
  for (const { name, reply } of asked) {
    const answer = await reply
    if (answer.kind === 'found' && answer.records.some((record) => isSameAddress(record, ip, sameNetwork)))
      return { truth: 'hit', because: `${name} leads back to the client`, found: { name, result: 'pass' } }
    if (answer.kind === 'failed') failures.push(`${name}: ${answer.because}`)
  }
  if (failures.length > 0) return without('unknown', 'temperror', failures.join('; '))
  return without('miss', 'fail', `${names.join(', ')}: none leads back to the client`)
}
