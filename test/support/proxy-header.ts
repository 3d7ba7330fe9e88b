/** Headers of the PROXY protocol as a proxy would write them, from its text alone. */
import { crc32c } from '../../src/server/proxy-tlv.ts'

export interface Addresses {
  readonly remote: { readonly ip: string; readonly port: number }
  readonly local: { readonly ip: string; readonly port: number }
}

export function proxyLine({ remote, local }: Addresses): string {
  const family = remote.ip.includes(':') ? 'TCP6' : 'TCP4'
  return `PROXY ${family} ${remote.ip} ${local.ip} ${remote.port} ${local.port}\r\n`
}

export const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')

export interface Binary {
  /** 0x21 PROXY, 0x20 LOCAL. */
  readonly command?: number
  /** 0x11 TCP over IPv4, 0x21 over IPv6. */
  readonly family: number
  readonly block: Buffer
  readonly values?: readonly Buffer[]
}

export function binaryHeader({ command = 0x21, family, block, values = [] }: Binary): Buffer {
  const rest = Buffer.concat([block, ...values])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(rest.length)
  return Buffer.concat([SIGNATURE, Buffer.from([command, family]), length, rest])
}

export function value(type: number, octets: Buffer | string): Buffer {
  const content = Buffer.from(octets)
  const head = Buffer.alloc(3)
  head.writeUInt8(type)
  head.writeUInt16BE(content.length, 1)
  return Buffer.concat([head, content])
}

/** The part about TLS: flags, whether the certificate was bad, and its own values. */
export function tlsValue(flags: number, verify: number, ...inner: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(flags)
  head.writeUInt32BE(verify, 1)
  return value(0x20, Buffer.concat([head, ...inner]))
}

/** IPv4 only. */
export function ipv4Block({ remote, local }: Addresses): Buffer {
  const block = Buffer.alloc(12)
  for (const [index, { ip, port }] of [remote, local].entries()) {
    block.set(ip.split('.').map(Number), index * 4)
    block.writeUInt16BE(port, 8 + index * 2)
  }
  return block
}

/** Eight groups of each, in full. */
export function ipv6Block(
  remote: readonly number[],
  local: readonly number[],
  ports: readonly [number, number],
): Buffer {
  const block = Buffer.alloc(36)
  for (const [index, group] of [...remote, ...local].entries()) block.writeUInt16BE(group, index * 2)
  for (const [index, port] of ports.entries()) block.writeUInt16BE(port, 32 + index * 2)
  return block
}

/** With a checksum that is right. */
export function summed(header: Omit<Binary, 'values'>, values: readonly Buffer[] = []): Buffer {
  const without = binaryHeader({ ...header, values: [...values, value(0x03, Buffer.alloc(4))] })
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32c(without))
  return Buffer.concat([without.subarray(0, -4), sum])
}
