import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fcrdns } from '../../src/vocabulary/fcrdns.ts'
import { answerOf, ask, settle } from './ask.ts'

const PTR = '7.2.0.192.in-addr.arpa PTR'

describe('fcrdns: hit', () => {
  test('a name leads back to the client', async () => {
    const dns = { [PTR]: ['other.example', 'Mx.Example.'], 'mx.example A': ['192.0.2.99', '192.0.2.7'] }
    assert.deepEqual(await answerOf(fcrdns, {}, { dns }), {
      truth: 'hit',
      because: 'mx.example leads back to the client',
      found: { name: 'mx.example', result: 'pass' },
    })
  })

  test('IPv6, however it is written', async () => {
    const name = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa PTR`
    const dns = { [name]: ['mx.example'], 'mx.example AAAA': ['2001:0DB8:0::1'] }
    assert.equal((await answerOf(fcrdns, {}, { ip: '2001:db8::1', dns })).truth, 'hit')
  })

  test('a neighbour, when the network is enough', async () => {
    const dns = { [PTR]: ['mx.example'], 'mx.example A': ['192.0.2.99'] }
    assert.equal((await answerOf(fcrdns, { same_network: true }, { dns })).truth, 'hit')
    assert.equal((await answerOf(fcrdns, {}, { dns })).truth, 'miss')
  })

  test('a name that fails does not spoil the one that fits', async () => {
    const dns = { [PTR]: ['a.example', 'b.example'], 'a.example A': 'SERVFAIL', 'b.example A': ['192.0.2.7'] }
    assert.equal((await answerOf(fcrdns, {}, { dns })).found?.name, 'b.example')
  })
})

describe('fcrdns: miss', () => {
  const cases = [
    ['no PTR record', {}, 'permerror'],
    ['a PTR record that is no host name', { [PTR]: ['a b\r\n.example', ''] }, 'permerror'],
    ['a name without address', { [PTR]: ['mx.example'] }, 'fail'],
    ['a name with another address', { [PTR]: ['mx.example'], 'mx.example A': ['192.0.3.7'] }, 'fail'],
    ['a name with an IPv6 address', { [PTR]: ['mx.example'], 'mx.example AAAA': ['2001:db8::1'] }, 'fail'],
  ] as const
  for (const [text, dns, result] of cases)
    test(`${text}: ${result}`, async () => {
      const match = await answerOf(fcrdns, {}, { dns })
      assert.deepEqual({ truth: match.truth, found: match.found }, { truth: 'miss', found: { result } })
    })
})

describe('fcrdns: unknown', () => {
  const cases = [
    ['PTR fails', { [PTR]: 'SERVFAIL' }, 'PTR: SERVFAIL'],
    ['the address fails', { [PTR]: ['mx.example'], 'mx.example A': 'TIMEOUT' }, 'mx.example: TIMEOUT'],
  ] as const
  for (const [text, dns, because] of cases)
    test(text, async () => {
      assert.deepEqual(await answerOf(fcrdns, {}, { dns }), {
        truth: 'unknown',
        because,
        found: { result: 'temperror' },
      })
    })

  test('no answer in time, for both questions together', async () => {
    const dns = { [PTR]: ['mx.example'], 'mx.example A': 'SILENCE' }
    const { answer, clock } = ask(fcrdns, { timeout: '1s' }, { dns })
    await settle()
    clock.advance(1000)
    assert.equal((await answer).because, 'mx.example: no answer within 1000 ms')
  })
})

test('a client with a thousand names costs ten', async () => {
  const names = Array.from({ length: 1000 }, (_, index) => `n${index}.example`)
  const { answer, resolver } = ask(fcrdns, {}, { dns: { [PTR]: names } })
  assert.equal((await answer).truth, 'miss')
  assert.equal(resolver.asked.length, 11)
})
