/**
 * IP addresses and networks: one strict reading, one spelling (RFC 5952), numbers for indexes.
 *
 * What other programs read as octal, hexadecimal or shortened (`0177.0.0.1`, `0x7f.1`, `127.1`) is refused, with the
 * reason (RFC 6943 section 3.1.1). IPv4-mapped IPv6 (`::ffff:7f00:1`) is the IPv4 address, everywhere. Zone identifiers are
 * refused. The one door to `ip-address`.
 */
import { Address6 } from 'ip-address'

export type Ip =
  | { readonly version: 4 /** Unsigned, 32 bits. */; readonly value: number }
  | { readonly version: 6 /** Unsigned, 128 bits. */; readonly value: bigint }

export type Network = Ip & {
  /** Leading bits that count: 0 to 32 or 0 to 128. The others are zero in `value`. */
  readonly prefix: number
}

export const IP_PROBLEMS = {
  'leading-zero': 'a number with a leading zero is octal to some programs and decimal to others',
  'too-few-parts': 'an IPv4 address has four numbers',
  'number-too-large': 'a number in an IPv4 address is at most 255',
  hexadecimal: 'the numbers of an IPv4 address are decimal',
  zone: 'a zone identifier means nothing to other machines',
  'prefix-length': 'the prefix length is a number from 0 to 32 for IPv4, from 0 to 128 for IPv6',
  'host-bits': 'the address has bits set after the prefix length',
  'not-an-ip': 'this is no IP address',
} as const
export type IpProblem = keyof typeof IP_PROBLEMS

export interface IpFault {
  readonly problem: IpProblem
  /** At `host-bits`: the network that was probably meant. */
  readonly network?: string
}

export function isIpFault(result: Ip | Network | IpFault): result is IpFault {
  return 'problem' in result
}

/** Reads a whole text as one address. */
export function parseIp(text: string): Ip | IpFault {
  const value = readIpv4(text)
  if (value >= 0) return { version: 4, value }
  const wide = text.includes(':') ? readIpv6(text) : undefined
  return wide === undefined ? { problem: problemOf(text) } : unmap(wide)
}

/** `192.0.2.1`, `2001:db8::1`. */
export function formatIp(ip: Ip): string {
  if (ip.version === 6) return Address6.fromBigInt(ip.value).correctForm()
  const { value } = ip
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

/** The one spelling of an address; undefined for anything that is none. */
export function canonicalIp(text: string): string | undefined {
  if (readIpv4(text) >= 0) return text
  const ip = parseIp(text)
  return isIpFault(ip) ? undefined : formatIp(ip)
}

/**
 * The IPv4 address in the last 32 bits of an IPv6 address: who comes through a translator whose prefix has 96 bits, such as
 * 64:ff9b::/96 (NAT64, RFC 6052 section 2.2). An IPv4 address is itself.
 */
export function embeddedIpv4(text: string): string {
  const ip = parseIp(text)
  if (isIpFault(ip) || ip.version === 4) return text
  return formatIp({ version: 4, value: Number(ip.value & 0xffffffffn) })
}

const ZERO = 48
const DOT = 46

/** -1 for what is not four decimal numbers. One pass, no allocation: the hot path of every address look-up. */
function readIpv4(text: string): number {
  if (text.length < 7 || text.length > 15) return -1
  let value = 0
  let part = -1
  let dots = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (part < 0 || dots === 3) return -1
      value = value * 256 + part
      part = -1
      dots += 1
    } else {
      if (code < ZERO || code > ZERO + 9 || part === 0) return -1
      part = (part < 0 ? 0 : part * 10) + code - ZERO
      if (part > 255) return -1
    }
  }
  return part < 0 || dots !== 3 ? -1 : value * 256 + part
}

const IPV6_TEXT = /^[0-9A-Fa-f:.]{2,45}$/

/** The library also takes zones and prefix lengths, which the characters admitted here leave out. */
function readIpv6(text: string): bigint | undefined {
  if (!IPV6_TEXT.test(text)) return undefined
  try {
    return new Address6(text).bigInt()
  } catch {
    return undefined
  }
}

function unmap(value: bigint): Ip {
  return value >> 32n === 0xffffn ? { version: 4, value: Number(value & 0xffffffffn) } : { version: 6, value }
}

const DECIMAL = /^[0-9]+$/

function problemOf(text: string): IpProblem {
  if (/^[0-9A-Fa-f:.]+%/.test(text)) return 'zone'
  if (/^0x[0-9a-f.x]*$/i.test(text)) return 'hexadecimal'
  const parts = text.slice(text.lastIndexOf(':') + 1).split('.')
  if (!parts.every((part) => DECIMAL.test(part))) return 'not-an-ip'
  if (text.includes(':') && parts.length < 2) return 'not-an-ip'
  if (parts.some((part) => part.length > 1 && part.startsWith('0'))) return 'leading-zero'
  if (parts.length < 4) return 'too-few-parts'
  return parts.length === 4 && parts.some((part) => Number(part) > 255) ? 'number-too-large' : 'not-an-ip'
}

/**
 * An address, a network in CIDR form, or a prefix that ends in a dot or a single colon (`192.0.`, `2001:db8:`).
 *
 * A text that ends in two colons is an address: `2001:db8::` holds for itself alone.
 */
export function parseNetwork(text: string): Network | IpFault {
  const slash = text.indexOf('/')
  if (slash >= 0) return parseCidr(text.slice(0, slash), text.slice(slash + 1))
  if (text.endsWith('.')) return parseDotted(text)
  if (text.endsWith(':') && !text.endsWith('::')) return parseColoned(text)
  const ip = parseIp(text)
  return isIpFault(ip) ? ip : { ...ip, prefix: widthOf(ip) }
}

function widthOf(ip: Ip): number {
  return ip.version === 4 ? 32 : 128
}

const PREFIX_LENGTH = /^(?:0|[1-9][0-9]{0,2})$/

function parseCidr(address: string, length: string): Network | IpFault {
  const ip = parseIp(address)
  if (isIpFault(ip)) return ip
  const mapped = ip.version === 4 && address.includes(':')
  if (!PREFIX_LENGTH.test(length)) return { problem: 'prefix-length' }
  const prefix = Number(length) - (mapped ? 96 : 0)
  if (prefix < 0 || prefix > widthOf(ip)) return { problem: 'prefix-length' }
  const network = networkOf(ip, prefix)
  if (network.value === ip.value) return network
  return { problem: 'host-bits', network: formatNetwork(network) }
}

/** The network of that many leading bits the address is in. */
export function networkOf(ip: Ip, prefix: number): Network {
  if (ip.version === 4) return { version: 4, value: maskIpv4(ip.value, prefix), prefix }
  const rest = BigInt(128 - prefix)
  return { version: 6, value: (ip.value >> rest) << rest, prefix }
}

/** Shifts of 32 bits are shifts of none in JavaScript. */
function maskIpv4(value: number, prefix: number): number {
  return prefix === 0 ? 0 : (value & (-1 << (32 - prefix))) >>> 0
}

function parseDotted(text: string): Network | IpFault {
  const parts = text.split('.').length - 1
  const ip =
    parts > 3
      ? parseIp(text)
      : parseIp(
          text +
            Array(4 - parts)
              .fill('0')
              .join('.'),
        )
  return isIpFault(ip) ? ip : { ...ip, prefix: parts * 8 }
}

function parseColoned(text: string): Network | IpFault {
  const value = text.includes('::') || text.startsWith(':') ? undefined : readIpv6(`${text}:`)
  if (value === undefined) return { problem: 'not-an-ip' }
  return { version: 6, value, prefix: (text.split(':').length - 1) * 16 }
}

/** `192.0.2.0/24`; the prefix length is always written. */
export function formatNetwork(network: Network): string {
  return `${formatIp(network)}/${network.prefix}`
}

export function networkContains(network: Network, ip: Ip): boolean {
  return network.version === ip.version && networkOf(ip, network.prefix).value === network.value
}
