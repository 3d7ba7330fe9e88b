/**
 * DNS under one deadline for a whole word, however many questions it asks (RFC 7208 section 4.6.4 says why).
 *
 * A question that is not answered in time has failed; its answer, should it come, is ignored.
 */
import type { HookContext } from '../../core/context.ts'
import { type Ip, isIpFault, networkOf, parseIp } from '../../core/net/ip.ts'
import type { DnsAnswer, RecordType, Resolver } from '../../core/ports.ts'

/** No answer makes a word ask about more names than this: hosts with a thousand names exist. */
export const MOST_NAMES = 10

/** The value, or undefined when it is not there within the time left. */
export type InTime = <T>(value: Promise<T> | undefined) => Promise<T | undefined>

/** Lends a resolver that answers every question within the time left. */
export async function lookUp<T>(
  { ports, signal }: Pick<HookContext, 'ports' | 'signal'>,
  milliseconds: number,
  ask: (resolver: Resolver, inTime: InTime) => Promise<T>,
): Promise<T> {
  const late = Promise.withResolvers<DnsAnswer>()
  const expire = (): void => late.resolve({ kind: 'failed', because: `no answer within ${milliseconds} ms` })
  const cancel = ports.clock.after(milliseconds, expire)
  signal?.addEventListener('abort', expire)
  const inTime: InTime = (value) => Promise.race([value, late.promise.then(() => undefined)])
  const resolve: Resolver['resolve'] = (name, type) => Promise.race([ports.resolver.resolve(name, type), late.promise])
  try {
    return await ask({ resolve }, inTime)
  } finally {
    cancel()
    signal?.removeEventListener('abort', expire)
  }
}

/** The record type that holds addresses like this one. */
export function addressType(ip: Ip): RecordType {
  return ip.version === 4 ? 'A' : 'AAAA'
}

export function clientIp({ connection }: HookContext): Ip {
  const ip = parseIp(connection.remote.ip)
  if (isIpFault(ip)) throw new Error('the client has no IP address')
  return ip
}

/** Hosts of one site: the same /24 (IPv4) or /48 (IPv6). */
const NETWORK_PREFIX = { 4: 24, 6: 48 } as const

export function isSameAddress(text: string, ip: Ip, sameNetwork: boolean): boolean {
  const other = parseIp(text)
  if (isIpFault(other) || other.version !== ip.version) return false
  if (!sameNetwork) return other.value === ip.value
  const prefix = NETWORK_PREFIX[ip.version]
  return networkOf(other, prefix).value === networkOf(ip, prefix).value
}

export const SAME_NETWORK = {
  type: 'boolean',
  default: false,
  description: 'An address in the same /24 (IPv6: /48) as the client counts too',
} as const
