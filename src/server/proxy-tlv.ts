/** What a header of the PROXY protocol, version 2, says besides addresses (its section 2.2): types, lengths and values. */
import { canonicalDomain } from '../core/mail/domain.ts'
import type { ProxyNotice, ProxyTls } from '../core/net/proxy.ts'

const AUTHORITY = 0x02
const CRC32C = 0x03
const UNIQUE_ID = 0x05
const SSL = 0x20
const SSL_VERSION = 0x21
const SSL_COMMON_NAME = 0x22
const SSL_CIPHER = 0x23

const UNIQUE_ID_LENGTH = 128
const TEXT_LENGTH = 255

type Values = ReadonlyMap<number, Buffer>

/** `header` is all of it; its values begin at `start`. What is wrong with it comes as a sentence for the log. */
export function readNotice(header: Buffer, start: number): Omit<ProxyNotice, 'ip'> | string {
  const values = readValues(header.subarray(start))
  if (values === undefined) return 'values that do not add up'
  const [sum, id, ssl] = [values.get(CRC32C), values.get(UNIQUE_ID), values.get(SSL)]
  if (sum !== undefined && !isSumOf(header, sum)) return 'a wrong checksum'
  if (id !== undefined && id.length > UNIQUE_ID_LENGTH) return 'a unique id that is too long'
  const tls = ssl && readTls(ssl)
  if (tls === 'malformed') return 'a malformed TLS part'
  const authority = canonicalDomain(textOf(values.get(AUTHORITY)) ?? '')
  return {
    ...(authority !== undefined && { authority }),
    ...(id !== undefined && { uniqueId: printable(id) }),
    ...(tls && { tls }),
  }
}

/** Undefined when a value is cut short, or one type comes twice. */
function readValues(octets: Buffer): Values | undefined {
  const values = new Map<number, Buffer>()
  let at = 0
  while (at < octets.length) {
    if (at + 3 > octets.length) return undefined
    const [type, end] = [octets.readUInt8(at), at + 3 + octets.readUInt16BE(at + 1)]
    if (end > octets.length || (values.has(type) && type !== NOOP)) return undefined
    values.set(type, octets.subarray(at + 3, end))
    at = end
  }
  return values
}

/** Padding. */
const NOOP = 0x04

const TLS_USED = 0x01
const CERTIFICATE_SHOWN = 0x02 | 0x04

function readTls(octets: Buffer): ProxyTls | undefined | 'malformed' {
  const values = octets.length < 5 ? undefined : readValues(octets.subarray(5))
  if (values === undefined) return 'malformed'
  const client = octets.readUInt8(0)
  if ((client & TLS_USED) === 0) return undefined
  return {
    protocol: textOf(values.get(SSL_VERSION)),
    cipher: textOf(values.get(SSL_CIPHER)),
    client: textOf(values.get(SSL_COMMON_NAME)),
    verified: (client & CERTIFICATE_SHOWN) !== 0 && octets.readUInt32BE(1) === 0,
  }
}

/** Text of one line in UTF-8; anything else is as good as not there. */
function textOf(octets: Buffer | undefined): string | undefined {
  if (octets === undefined || octets.length === 0 || octets.length > TEXT_LENGTH) return undefined
  const text = octets.toString('utf8')
  return /[\0-\x1f\x7f\ufffd]/.test(text) ? undefined : text
}

function printable(octets: Buffer): string {
  const text = octets.toString('latin1')
  return /^[!-~]+$/.test(text) ? text : octets.toString('hex')
}

/** RFC 9260 appendix A; its own four octets count as zeroes. */
function isSumOf(header: Buffer, sum: Buffer): boolean {
  if (sum.length !== 4) return false
  const own = sum.byteOffset - header.byteOffset
  const without = Buffer.from(header).fill(0, own, own + 4)
  return crc32c(without) === sum.readUInt32BE(0)
}

const POLYNOMIAL = 0x82f63b78

export function crc32c(octets: Buffer): number {
  let sum = 0xffffffff
  for (const octet of octets) {
    sum ^= octet
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? POLYNOMIAL : 0)
  }
  return (sum ^ 0xffffffff) >>> 0
}
