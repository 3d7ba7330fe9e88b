import assert from 'node:assert/strict'
import { it } from 'node:test'
import { reverseIp, reverseName } from '../../src/core/net/reverse-name.ts'

const NIBBLES = '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2'

it('reverses octets and nibbles', () => {
  assert.equal(reverseIp('192.0.2.99'), '99.2.0.192')
  assert.equal(reverseIp('255.0.0.1'), '1.0.0.255')
  assert.equal(reverseIp('2001:db8::1'), NIBBLES)
})

it('asks for mapped IPv4 as IPv4', () => {
  assert.equal(reverseIp('::ffff:c000:263'), '99.2.0.192')
})

it('names the zone of reverse look-up', () => {
  assert.equal(reverseName('192.0.2.99'), '99.2.0.192.in-addr.arpa')
  assert.equal(reverseName('2001:db8::1'), `${NIBBLES}.ip6.arpa`)
})

it('throws for what is no address', () => {
  assert.throws(() => reverseIp('127.1'), RangeError)
  assert.throws(() => reverseName('example.org'), RangeError)
})
