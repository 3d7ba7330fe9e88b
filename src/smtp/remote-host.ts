/**
 * The client's name by PTR look-up (RFC 1035 section 3.5).
 *
 * Whoever owns the address writes the name, so only what is a well-formed domain name is taken. It is not confirmed by
 * looking the name up again: a rule that wants that asks for it.
 */
import { canonicalDomain } from '../core/mail/domain.ts'
import type { Resolver } from '../core/ports.ts'
import { reverseName } from '../core/net/reverse-name.ts'
import { Unknown } from '../core/truth.ts'

/** Undefined when the client has no name, or none that is one. */
export async function lookUpRemoteHost(resolver: Resolver, ip: string): Promise<string | undefined | Unknown> {
  const answer = await resolver.resolve(reverseName(ip), 'PTR')
  if (answer.kind === 'failed') return new Unknown(answer.because)
  if (answer.kind === 'none') return undefined
  return answer.records.map(canonicalDomain).find((name) => name !== undefined)
}
