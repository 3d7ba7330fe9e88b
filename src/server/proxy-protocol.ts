/**
 * The PROXY protocol, versions 1 and 2 (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt): what a proxy says of
 * its client before the client's first octet.
 *
 * Pure, and strict: a header is complete and well-formed, or the connection is worth nothing. Called again with all octets
 * so far while it wants more, which it does with fewer than `HEADER_LENGTH` octets only.
 */
import { canonicalIp } from '../core/net/ip.ts'
import type { ProxyHeader } from '../core/net/proxy.ts'
import type { Endpoint } from '../core/session.ts'
import { readNotice } from './proxy-tlv.ts'

export type ProxyReading =
  | { readonly kind: 'more' }
  /** What follows the `used` octets is the client's. */
  | { readonly kind: 'header'; readonly header: ProxyHeader; readonly used: number }
  /** A sentence for the log; holds nothing the peer said. */
  | { readonly kind: 'malformed'; readonly because: string }

/** Version 2 could say 65551; certificates of clients, which some proxies add, stay below this. */
export const HEADER_LENGTH = 4096

const MORE: ProxyReading = { kind: 'more' }

export function readProxyHeader(octets: Buffer): ProxyReading {
  if (beginsLike(octets, WORD)) return octets.length < WORD.length ? MORE : readLine(octets)
  if (beginsLike(octets, SIGNATURE)) return octets.length < FIXED_LENGTH ? MORE : readBinary(octets)
  return malformed('no PROXY header')
}

function malformed(because: string): ProxyReading {
  return { kind: 'malformed', because }
}

/** As far as there are octets. */
function beginsLike(octets: Buffer, wanted: Buffer): boolean {
  const length = Math.min(octets.length, wanted.length)
  return octets.compare(wanted, 0, length, 0, length) === 0
}

const WORD = Buffer.from('PROXY ')
/** With CRLF; longer is no header. */
const LINE_LENGTH = 107
const LINE = /^PROXY TCP([46]) ([0-9A-Fa-f.:]+) ([0-9A-Fa-f.:]+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})$/
const UNKNOWN = /^PROXY UNKNOWN(?: |$)/

function readLine(octets: Buffer): ProxyReading {
  const end = octets.subarray(0, LINE_LENGTH).indexOf('\r\n')
  if (end < 0) return octets.length < LINE_LENGTH ? MORE : malformed('a line without end')
  const line = octets.toString('latin1', 0, end)
  const used = end + 2
  if (UNKNOWN.test(line)) return { kind: 'header', header: {}, used }
  const [matched, family, source = '', target = '', sourcePort, targetPort] = LINE.exec(line) ?? []
  if (matched === undefined) return malformed('a malformed line')
  const remote = endpoint(family === '6', source, Number(sourcePort))
  const local = endpoint(family === '6', target, Number(targetPort))
  if (!remote || !local) return malformed('a malformed address or port')
  return { kind: 'header', header: { addresses: { remote, local } }, used }
}

function endpoint(wide: boolean, text: string, port: number): Endpoint | undefined {
  const ip = text.includes(':') === wide ? canonicalIp(text) : undefined
  return ip === undefined || port > 65535 ? undefined : { ip, port }
}

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const FIXED_LENGTH = 16

const LOCAL = 0x20
const PROXY = 0x21

/** By family and transport: octets of one address, and of the whole block. What is no TCP is taken and not used. */
const BLOCKS: ReadonlyMap<number, { readonly address: number; readonly length: number }> = new Map([
  [0x11, { address: 4, length: 12 }],
  [0x21, { address: 16, length: 36 }],
])
const OTHER_BLOCKS: ReadonlyMap<number, number> = new Map([
  [0x00, 0],
  [0x12, 12],
  [0x22, 36],
  [0x31, 216],
  [0x32, 216],
])

function readBinary(octets: Buffer): ProxyReading {
  const [command, family, used] = [octets[12], octets[13] ?? 0, FIXED_LENGTH + octets.readUInt16BE(14)]
  if (command !== LOCAL && command !== PROXY) return malformed('an unknown version or command')
  if (used > HEADER_LENGTH) return malformed('a header that is too long')
  if (octets.length < used) return MORE
  if (command === LOCAL) return { kind: 'header', header: {}, used }
  const block = BLOCKS.get(family)
  const length = block?.length ?? OTHER_BLOCKS.get(family)
  if (length === undefined) return malformed('an unknown family or transport')
  if (FIXED_LENGTH + length > used) return malformed('a block of addresses cut short')
  if (block === undefined) return { kind: 'header', header: {}, used }
  const notice = readNotice(octets.subarray(0, used), FIXED_LENGTH + length)
  if (typeof notice === 'string') return malformed(notice)
  return { kind: 'header', header: { ...notice, addresses: readAddresses(octets, block.address) }, used }
}

function readAddresses(octets: Buffer, length: number): NonNullable<ProxyHeader['addresses']> {
  const ports = FIXED_LENGTH + 2 * length
  const at = (index: number): Endpoint => ({
    ip: addressText(octets.subarray(FIXED_LENGTH + index * length, FIXED_LENGTH + (index + 1) * length)),
    port: octets.readUInt16BE(ports + 2 * index),
  })
  return { remote: at(0), local: at(1) }
}

function addressText(octets: Buffer): string {
  if (octets.length === 4) return octets.join('.')
  const text = octets.toString('hex').replace(/(....)(?=.)/g, '$1:')
  return canonicalIp(text) ?? text
}
