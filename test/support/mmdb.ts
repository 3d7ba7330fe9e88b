/**
 * Writes GeoIP databases in MaxMind's format (MaxMind DB 2.0): a search tree of 24-bit records, a data section, metadata.
 *
 *     mmdb(6, { '192.0.2.0/24': { country: { iso_code: 'CH' } } })
 */
import { isIpFault, parseIp } from '../../src/core/net/ip.ts'

type Value = string | number | readonly Value[] | { readonly [key: string]: Value }
type Tree = { left?: Tree | number; right?: Tree | number }

const SEPARATOR = Buffer.alloc(16)
const METADATA = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')

export function mmdb(version: 4 | 6, networks: Readonly<Record<string, Value>>): Buffer {
  const tree: Tree = {}
  const values: Buffer[] = []
  let offset = 0
  for (const [network, value] of Object.entries(networks)) {
    insert(tree, bitsOf(network, version), offset)
    values.push(encode(value))
    offset += values.at(-1)?.length ?? 0
  }
  const nodes = nodesIn(tree)
  const records = nodes.map((node) => [node.left, node.right].map((child) => record(child, nodes)))
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 0,
    database_type: 'Test',
    ip_version: version,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 24,
  })
  return Buffer.concat([...records.flat(), SEPARATOR, ...values, METADATA, metadata])
}

/** IPv4 stands under ::/96 in a database of IPv6. */
function bitsOf(network: string, version: 4 | 6): string {
  const [text = '', prefix] = network.split('/')
  const ip = parseIp(text)
  if (isIpFault(ip)) throw new Error(`${network} is no network`)
  const width = ip.version === 4 ? 32 : 128
  const bits = ip.value
    .toString(2)
    .padStart(width, '0')
    .slice(0, Number(prefix ?? width))
  return version === 6 && ip.version === 4 ? '0'.repeat(96) + bits : bits
}

function insert(tree: Tree, bits: string, value: number): void {
  let node = tree
  for (const bit of bits.slice(0, -1)) {
    const side = bit === '0' ? 'left' : 'right'
    const next = node[side]
    node = typeof next === 'object' ? next : (node[side] = {})
  }
  node[bits.endsWith('0') ? 'left' : 'right'] = value
}

function nodesIn(tree: Tree): readonly Tree[] {
  const nodes: Tree[] = [tree]
  for (const node of nodes)
    for (const child of [node.left, node.right]) if (typeof child === 'object') nodes.push(child)
  return nodes
}

function record(child: Tree | number | undefined, nodes: readonly Tree[]): Buffer {
  const buffer = Buffer.alloc(3)
  const value =
    child === undefined ? nodes.length : typeof child === 'object' ? nodes.indexOf(child) : nodes.length + 16 + child
  buffer.writeUIntBE(value, 0, 3)
  return buffer
}

const [TEXT, DOUBLE, UINT32, MAP, ARRAY] = [2, 3, 6, 7, 11]

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(TEXT, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number') return Number.isInteger(value) ? encodeInteger(value) : encodeDouble(value)
  if (Array.isArray(value)) return Buffer.concat([control(ARRAY, value.length), ...value.map(encode)])
  const entries = Object.entries(value).flatMap(([key, inner]) => [encode(key), encode(inner)])
  return Buffer.concat([control(MAP, entries.length / 2), ...entries])
}

function encodeInteger(value: number): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(value)
  return Buffer.concat([control(UINT32, 4), octets])
}

function encodeDouble(value: number): Buffer {
  const octets = Buffer.alloc(8)
  octets.writeDoubleBE(value)
  return Buffer.concat([control(DOUBLE, 8), octets])
}

/** Types above 7 and sizes above 28 have an octet of their own, in this order. */
function control(type: number, size: number): Buffer {
  if (size > 284) throw new Error('too large for this writer')
  const first = ((type < 8 ? type : 0) << 5) | Math.min(size, 29)
  return Buffer.of(first, ...(type < 8 ? [] : [type - 7]), ...(size < 29 ? [] : [size - 29]))
}
