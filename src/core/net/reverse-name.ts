/**
 * Addresses backwards, as DNS wants them: for block lists (RFC 5782 sections 2.1 and 2.4) and for reverse look-up
 * (RFC 1035 section 3.5, RFC 3596 section 2.5).
 */
import { type Ip, isIpFault, parseIp } from './ip.ts'

/** `192.0.2.1` becomes `1.2.0.192`; IPv6 becomes 32 nibbles. Throws a RangeError for what is no address. */
export function reverseIp(ip: string): string {
  return reversed(read(ip))
}

/** `1.2.0.192.in-addr.arpa` or `….ip6.arpa`. Throws a RangeError for what is no address. */
export function reverseName(ip: string): string {
  const address = read(ip)
  return `${reversed(address)}.${address.version === 4 ? 'in-addr' : 'ip6'}.arpa`
}

function read(text: string): Ip {
  const ip = parseIp(text)
  if (isIpFault(ip)) throw new RangeError('only an IP address has a reverse name')
  return ip
}

function reversed(ip: Ip): string {
  if (ip.version === 6) return ip.value.toString(16).padStart(32, '0').split('').reverse().join('.')
  return [ip.value & 255, (ip.value >>> 8) & 255, (ip.value >>> 16) & 255, ip.value >>> 24].join('.')
}
