import assert from 'node:assert/strict'
import { isIPv4, isIPv6 } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  canonicalIp,
  formatIp,
  formatNetwork,
  isIpFault,
  networkContains,
  networkOf,
  parseIp,
  parseNetwork,
  type Ip,
  type Network,
} from '../../src/core/net/ip.ts'

function ip(text: string): Ip {
  const parsed = parseIp(text)
  if (isIpFault(parsed)) throw new Error(`${text}: ${parsed.problem}`)
  return parsed
}

function network(text: string): Network {
  const parsed = parseNetwork(text)
  if (isIpFault(parsed)) throw new Error(`${text}: ${parsed.problem}`)
  return parsed
}

const u32 = fc.nat({ max: 0xffffffff })
const u128 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).filter((value) => value >> 32n !== 0xffffn)
const anyIp = fc.oneof(
  u32.map((value): Ip => ({ version: 4, value })),
  u128.map((value): Ip => ({ version: 6, value })),
)

describe('parseIp', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['0177.0.0.1', 'leading-zero'],
    ['010.0.0.1', 'leading-zero'],
    ['1.2.3.00', 'leading-zero'],
    ['::ffff:010.0.0.1', 'leading-zero'],
    ['127.1', 'too-few-parts'],
    ['2130706433', 'too-few-parts'],
    ['0x7f.0.0.1', 'hexadecimal'],
    ['0x7f000001', 'hexadecimal'],
    ['1.2.3.256', 'number-too-large'],
    ['999.2.3.4', 'number-too-large'],
    ['fe80::1%eth0', 'zone'],
    ['10.0.0.1%1', 'zone'],
    ['', 'not-an-ip'],
    ['1.2.3.4.5', 'not-an-ip'],
    ['1.2.3.4 ', 'not-an-ip'],
    ['1..2.3', 'not-an-ip'],
    ['::1/64', 'not-an-ip'],
    ['[::1]', 'not-an-ip'],
    [':::', 'not-an-ip'],
    ['1::2::3', 'not-an-ip'],
    ['example.org', 'not-an-ip'],
    ['1.2.3.4\n', 'not-an-ip'],
    ['１.2.3.4', 'not-an-ip'],
  ]
  for (const [text, problem] of refused)
    it(`refuses ${JSON.stringify(text)}: ${problem}`, () => assert.deepEqual(parseIp(text), { problem }))

  it('unmaps IPv4 in both spellings', () => {
    assert.deepEqual(parseIp('::ffff:7f00:1'), { version: 4, value: 0x7f000001 })
    assert.deepEqual(parseIp('::FFFF:127.0.0.1'), { version: 4, value: 0x7f000001 })
    assert.deepEqual(parseIp('0:0:0:0:0:ffff:7f00:0001'), { version: 4, value: 0x7f000001 })
  })

  it('takes back what formatIp writes', () => {
    fc.assert(fc.property(anyIp, (value) => assert.deepEqual(parseIp(formatIp(value)), value)))
  })

  it('takes nothing that Node would not take', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789abf:.%x/ '.split('')), maxLength: 20 })
    fc.assert(fc.property(fc.oneof(text, fc.ipV4(), fc.ipV4Extended(), fc.ipV6()), agreesWithNode), { numRuns: 2000 })
  })

  function agreesWithNode(text: string): void {
    const expected = isIPv4(text) || (isIPv6(text) && !text.includes('%'))
    assert.equal(!isIpFault(parseIp(text)), expected, text)
  }
})

/** RFC 5952 section 4, read literally: the longest run of zero groups, the first of equals, at least two. */
function naiveIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16))
  let best = { start: 0, length: 0 }
  for (let start = 0; start < 8; start += 1) {
    let length = 0
    while (start + length < 8 && groups[start + length] === '0') length += 1
    if (length > best.length) best = { start, length }
  }
  if (best.length < 2) return groups.join(':')
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`
}

describe('canonicalIp', () => {
  it('writes IPv6 as RFC 5952 wants', () => {
    const sparse = fc
      .array(fc.constantFrom<bigint[]>(0n, 0n, 0n, 1n, 0xfn, 0xffffn), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.reduce((sum, group) => (sum << 16n) | group, 0n))
      .filter((value) => value >> 32n !== 0xffffn)
    fc.assert(
      fc.property(fc.oneof(sparse, u128), (value) => {
        const hex = value.toString(16).padStart(32, '0').toUpperCase()
        assert.equal(canonicalIp(hex.replace(/(.{4})(?=.)/g, '$1:')), naiveIpv6(value))
      }),
    )
  })

  it('is its own canonical form', () => {
    fc.assert(fc.property(anyIp, (value) => assert.equal(canonicalIp(formatIp(value)), formatIp(value))))
    assert.equal(canonicalIp('::ffff:7f00:1'), '127.0.0.1')
    assert.equal(canonicalIp('127.1'), undefined)
  })
})

describe('parseNetwork', () => {
  const read: readonly (readonly [string, string])[] = [
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8::', '2001:db8::/128'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['10.', '10.0.0.0/8'],
    ['192.168.', '192.168.0.0/16'],
    ['192.168.7.', '192.168.7.0/24'],
    ['2001:db8:', '2001:db8::/32'],
    ['2001:db8:0:1:', '2001:db8:0:1::/64'],
  ]
  for (const [text, expected] of read)
    it(`reads ${text} as ${expected}`, () => assert.equal(formatNetwork(network(text)), expected))

  const refused: readonly (readonly [string, object])[] = [
    ['192.0.2.1/24', { problem: 'host-bits', network: '192.0.2.0/24' }],
    ['2001:db8::1/32', { problem: 'host-bits', network: '2001:db8::/32' }],
    ['10.0.0.0/33', { problem: 'prefix-length' }],
    ['10.0.0.0/08', { problem: 'prefix-length' }],
    ['10.0.0.0/', { problem: 'prefix-length' }],
    ['10.0.0.0/1e1', { problem: 'prefix-length' }],
    ['10.0.0.0/255.0.0.0', { problem: 'prefix-length' }],
    ['::/129', { problem: 'prefix-length' }],
    ['::ffff:0:0/90', { problem: 'prefix-length' }],
    ['10.1/16', { problem: 'too-few-parts' }],
    ['010.', { problem: 'leading-zero' }],
    ['.', { problem: 'not-an-ip' }],
    ['1.2.3.4.', { problem: 'not-an-ip' }],
    [':', { problem: 'not-an-ip' }],
    ['1::2:', { problem: 'not-an-ip' }],
    ['', { problem: 'not-an-ip' }],
  ]
  for (const [text, fault] of refused)
    it(`refuses ${JSON.stringify(text)}`, () => assert.deepEqual(parseNetwork(text), fault))

  it('contains what shares the leading bits', () => {
    fc.assert(
      fc.property(anyIp, anyIp, fc.nat({ max: 128 }), (left, right, length) => {
        const width = left.version === 4 ? 32 : 128
        const prefix = Math.min(length, width)
        const bits = (value: Ip): string => value.value.toString(2).padStart(width, '0').slice(0, prefix)
        const expected = left.version === right.version && bits(left) === bits(right)
        assert.equal(networkContains(networkOf(left, prefix), right), expected)
        assert.ok(networkContains(networkOf(left, prefix), left))
      }),
    )
    assert.ok(networkContains(network('192.168.'), ip('::ffff:192.168.1.1')))
    assert.ok(!networkContains(network('::/0'), ip('192.0.2.1')))
  })
})
