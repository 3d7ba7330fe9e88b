/** Headers of the PROXY protocol: both versions, every cut, every flipped bit. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { canonicalIp } from '../../src/core/net/ip.ts'
import { HEADER_LENGTH, type ProxyReading, readProxyHeader } from '../../src/server/proxy-protocol.ts'
import { crc32c } from '../../src/server/proxy-tlv.ts'
import {
  type Addresses,
  binaryHeader,
  ipv4Block,
  ipv6Block,
  proxyLine,
  SIGNATURE,
  summed,
  tlsValue,
  value,
} from '../support/proxy-header.ts'

const SEED = { seed: 20261120 }
const FOUR: Addresses = { remote: { ip: '192.0.2.7', port: 40000 }, local: { ip: '198.51.100.1', port: 25 } }
const IPV4 = { family: 0x11, block: ipv4Block(FOUR) }

function read(octets: Buffer | string): ProxyReading {
  return readProxyHeader(Buffer.from(octets))
}

function header(octets: Buffer | string) {
  const reading = read(octets)
  assert.equal(reading.kind, 'header')
  return reading.header
}

function because(octets: Buffer | string): string {
  const reading = read(octets)
  return reading.kind === 'malformed' ? reading.because : `no fault but ${reading.kind}`
}

const octet = fc.nat({ max: 255 })
const port = fc.nat({ max: 65535 })
const ipv4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'))
const groups = fc.array(fc.nat({ max: 65535 }), { minLength: 8, maxLength: 8 })

describe('version 1', () => {
  it('announces IPv4 and IPv6', () => {
    fc.assert(
      fc.property(ipv4, ipv4, port, port, (from, to, fromPort, toPort) => {
        const addresses = { remote: { ip: from, port: fromPort }, local: { ip: to, port: toPort } }
        assert.deepEqual(header(proxyLine(addresses)), { addresses })
      }),
      SEED,
    )
    fc.assert(
      fc.property(groups, groups, port, port, (from, to, fromPort, toPort) => {
        const [source, target] = [from, to].map((parts) => parts.map((part) => part.toString(16)).join(':'))
        const line = `PROXY TCP6 ${source} ${target} ${fromPort} ${toPort}\r\n`
        assert.deepEqual(header(line).addresses?.remote, { ip: canonicalIp(source ?? ''), port: fromPort })
        assert.deepEqual(header(line).addresses?.local, { ip: canonicalIp(target ?? ''), port: toPort })
      }),
      SEED,
    )
  })

  it('an IPv4 address in an IPv6 one is the IPv4 address', () => {
    const line = 'PROXY TCP6 ::ffff:192.0.2.7 ::ffff:c633:6401 40000 25\r\n'
    assert.deepEqual(header(line).addresses, FOUR)
  })

  it('UNKNOWN announces nobody, whatever stands behind it', () => {
    for (const line of ['PROXY UNKNOWN\r\n', 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', 'PROXY UNKNOWN \xff\r\n'])
      assert.deepEqual(header(Buffer.from(line, 'latin1')), {})
  })

  it('what follows the line is the client’s', () => {
    const reading = read('PROXY UNKNOWN\r\nEHLO c.example\r\n')
    assert.equal(reading.kind === 'header' && reading.used, 15)
  })

  for (const line of [
    'PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\n',
    'PROXY  TCP4 192.0.2.7 198.51.100.1 40000 25\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 40000 25 \r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 040000 25\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 65536 25\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 -1 25\r\n',
    'PROXY TCP4 192.0.2.07 198.51.100.1 40000 25\r\n',
    'PROXY TCP4 0x7f.1 198.51.100.1 40000 25\r\n',
    'PROXY TCP4 2001:db8::1 2001:db8::2 40000 25\r\n',
    'PROXY TCP6 192.0.2.7 198.51.100.1 40000 25\r\n',
    'PROXY TCP6 fe80::1%eth0 2001:db8::2 40000 25\r\n',
    'PROXY UDP4 192.0.2.7 198.51.100.1 40000 25\r\n',
    'PROXY unknown\r\n',
    'PROXY UNKNOWNS\r\n',
    'PROXY \r\n',
    'proxy TCP4 192.0.2.7 198.51.100.1 40000 25\r\n',
    'EHLO c.example\r\n',
    '\x16\x03\x01',
  ])
    it(`row 29: ${JSON.stringify(line)} is none`, () => {
      const padded = line.startsWith('PROXY') ? line.padEnd(110, 'x') : line
      assert.match(
        because(padded),
        /^(?:a malformed line|a malformed address or port|a line without end|no PROXY header)$/,
      )
    })

  it('row 29: a line without end is none after 107 octets', () => {
    const line = `PROXY UNKNOWN ${'x'.repeat(200)}`
    for (let length = 0; length < 107; length += 1) assert.equal(read(line.slice(0, length)).kind, 'more')
    assert.equal(because(line.slice(0, 107)), 'a line without end')
    assert.equal(read(`${line.slice(0, 105)}\r\n`).kind, 'header')
  })
})

describe('version 2', () => {
  it('announces IPv4', () => {
    fc.assert(
      fc.property(ipv4, ipv4, port, port, (from, to, fromPort, toPort) => {
        const addresses = { remote: { ip: from, port: fromPort }, local: { ip: to, port: toPort } }
        assert.deepEqual(header(binaryHeader({ family: 0x11, block: ipv4Block(addresses) })), { addresses })
      }),
      SEED,
    )
  })

  it('announces IPv6, in its one spelling', () => {
    fc.assert(
      fc.property(groups, groups, port, port, (from, to, fromPort, toPort) => {
        const octets = binaryHeader({ family: 0x21, block: ipv6Block(from, to, [fromPort, toPort]) })
        const ip = canonicalIp(from.map((group) => group.toString(16)).join(':'))
        assert.deepEqual(header(octets).addresses?.remote, { ip, port: fromPort })
        assert.equal(header(octets).addresses?.local.port, toPort)
      }),
      SEED,
    )
  })

  it('an IPv4 address in an IPv6 one is the IPv4 address', () => {
    const mapped = [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0207]
    assert.equal(
      header(binaryHeader({ family: 0x21, block: ipv6Block(mapped, mapped, [1, 2]) })).addresses?.remote.ip,
      '192.0.2.7',
    )
  })

  it('LOCAL announces nobody, and its block does not matter', () => {
    for (const block of [Buffer.alloc(0), Buffer.from('anything')])
      assert.deepEqual(header(binaryHeader({ command: 0x20, family: 0xff, block })), {})
  })

  it('what is no TCP announces nobody', () => {
    for (const [family, length] of [
      [0x00, 0],
      [0x12, 12],
      [0x22, 36],
      [0x31, 216],
      [0x32, 216],
    ] as const)
      assert.deepEqual(header(binaryHeader({ family, block: Buffer.alloc(length) })), {})
  })

  it('says what the proxy knows of names, ids and TLS', () => {
    const values = [
      value(0x01, 'h2'),
      value(0x02, 'MX.Example.org'),
      value(0x05, 'f81d4fae'),
      tlsValue(0x07, 0, value(0x21, 'TLSv1.3'), value(0x22, 'ann'), value(0x23, 'TLS_AES_128_GCM_SHA256')),
      value(0x04, 'padding'),
      value(0x04, ''),
      value(0xe0, 'custom'),
    ]
    const tls = { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', client: 'ann', verified: true }
    const expected = { authority: 'mx.example.org', uniqueId: 'f81d4fae', tls, addresses: FOUR }
    assert.deepEqual(header(binaryHeader({ ...IPV4, values })), expected)
    assert.deepEqual(header(summed(IPV4, values)), expected)
  })

  it('takes no certificate for good that was bad or not shown', () => {
    const verified = (flags: number, verify: number) =>
      header(binaryHeader({ ...IPV4, values: [tlsValue(flags, verify)] })).tls?.verified
    assert.deepEqual(
      [verified(0x03, 0), verified(0x05, 0), verified(0x03, 1), verified(0x01, 0)],
      [true, true, false, false],
    )
    assert.equal(verified(0x00, 0), undefined)
  })

  it('hostile texts are as good as not there, ids that are not printable are shown as digits', () => {
    const values = [
      value(0x02, 'a b\r\nc'),
      value(0x05, Buffer.from([0, 255])),
      tlsValue(0x01, 0, value(0x22, 'x\ny'), value(0x21, Buffer.from([0xff])), value(0x23, 'x'.repeat(256))),
    ]
    const tls = { protocol: undefined, cipher: undefined, client: undefined, verified: false }
    assert.deepEqual(header(binaryHeader({ ...IPV4, values })), { uniqueId: '00ff', tls, addresses: FOUR })
  })

  it('the checksum is the one of RFC 9260', () => {
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  })

  const faults: Readonly<Record<string, Buffer>> = {
    'an unknown version or command': binaryHeader({ ...IPV4, command: 0x22 }),
    'an unknown version or command ': binaryHeader({ ...IPV4, command: 0x11 }),
    'an unknown family or transport': binaryHeader({ family: 0x13, block: Buffer.alloc(36) }),
    'a block of addresses cut short': binaryHeader({ family: 0x11, block: Buffer.alloc(11) }),
    'a block of addresses cut short ': binaryHeader({ family: 0x31, block: Buffer.alloc(215) }),
    'values that do not add up': binaryHeader({ ...IPV4, values: [Buffer.from([1, 0])] }),
    'values that do not add up ': binaryHeader({ ...IPV4, values: [Buffer.from([1, 0, 2, 65])] }),
    'values that do not add up  ': binaryHeader({ ...IPV4, values: [value(2, 'a'), value(2, 'b')] }),
    'a malformed TLS part': binaryHeader({ ...IPV4, values: [value(0x20, 'abcd')] }),
    'a malformed TLS part ': binaryHeader({ ...IPV4, values: [tlsValue(1, 0, Buffer.from([0x21, 0, 9]))] }),
    'a unique id that is too long': binaryHeader({ ...IPV4, values: [value(5, 'x'.repeat(129))] }),
    'a wrong checksum': binaryHeader({ ...IPV4, values: [value(3, 'abcd')] }),
    'a wrong checksum ': binaryHeader({ ...IPV4, values: [value(3, 'abc')] }),
    'a header that is too long': binaryHeader({ ...IPV4, values: [value(0xe0, Buffer.alloc(HEADER_LENGTH))] }),
  }
  for (const [fault, octets] of Object.entries(faults))
    it(`row 29: ${fault.trim()} is none`, () => assert.equal(because(octets), fault.trim()))

  it('row 29: a header that will be too long is refused before it has come', () => {
    const octets = Buffer.concat([SIGNATURE, Buffer.from([0x21, 0x11, 0xff, 0xff])])
    assert.equal(because(octets), 'a header that is too long')
  })
})

describe('any header', () => {
  const whole = fc.oneof(
    fc.constant(Buffer.from(proxyLine(FOUR))),
    fc.constant(Buffer.from('PROXY UNKNOWN\r\n')),
    fc.constant(summed(IPV4, [value(0x02, 'mx.example.org'), value(0x05, 'id'), tlsValue(1, 0)])),
  )

  it('is wanted until the last octet is there, and takes nothing of what follows', () => {
    fc.assert(
      fc.property(whole, fc.uint8Array({ maxLength: 40 }), (octets, rest) => {
        for (let cut = 0; cut < octets.length; cut += 1)
          assert.equal(readProxyHeader(octets.subarray(0, cut)).kind, 'more')
        const reading = readProxyHeader(Buffer.concat([octets, rest]))
        assert.equal(reading.kind === 'header' && reading.used, octets.length)
      }),
      SEED,
    )
  })

  it('with a flipped bit is read, refused or waited for, and never throws', () => {
    fc.assert(
      fc.property(whole, fc.nat(), fc.nat({ max: 7 }), (octets, at, bit) => {
        const broken = Buffer.from(octets)
        const index = at % broken.length
        broken.writeUInt8(broken.readUInt8(index) ^ (1 << bit), index)
        const reading = readProxyHeader(broken)
        if (reading.kind === 'header') assert.ok(reading.used <= broken.length)
        const { addresses } = reading.kind === 'header' ? reading.header : {}
        for (const end of addresses ? [addresses.remote, addresses.local] : [])
          assert.equal(canonicalIp(end.ip), end.ip)
      }),
      { ...SEED, numRuns: 2000 },
    )
  })

  it('of random octets is none', () => {
    const start = fc.constantFrom('', 'PROXY ', 'PROXY TCP4 ', SIGNATURE.toString('latin1'))
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 300 }), (begin, octets) => {
        const reading = readProxyHeader(Buffer.concat([Buffer.from(begin, 'latin1'), octets]))
        if (reading.kind === 'header') assert.ok(reading.used <= HEADER_LENGTH)
        if (reading.kind === 'malformed') assert.match(reading.because, /^[A-Za-z0-9 ]+$/)
      }),
      { ...SEED, numRuns: 2000 },
    )
  })
})
