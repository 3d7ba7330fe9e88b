import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Unknown } from '../../src/core/truth.ts'
import { resolvable } from '../../src/vocabulary/resolvable.ts'
import { answerOf, ask, settle } from './ask.ts'

const SENDER = { sender: 'a@x.example' }
const HELO = { of: 'helo', as: 'host' }
const PRIVATE = { not_in: ['10.0.0.0/8', '127.0.0.0/8'] }

describe('resolvable: hit', () => {
  const cases = [
    [
      'an MX host with an address',
      {},
      SENDER,
      { 'x.example MX': ['10 mx.x.example'], 'mx.x.example A': ['192.0.2.9'] },
    ],
    [
      'an MX host with IPv6 alone',
      {},
      SENDER,
      { 'x.example MX': ['10 mx.x.example'], 'mx.x.example AAAA': ['2001:db8::9'] },
    ],
    ['no MX, but an address', {}, SENDER, { 'x.example A': ['192.0.2.9'] }],
    ['no MX, but an IPv6 address', {}, SENDER, { 'x.example AAAA': ['2001:db8::9'] }],
    [
      'one good MX host of two',
      PRIVATE,
      SENDER,
      {
        'x.example MX': ['5 a.x.example', '10 b.x.example'],
        'a.x.example A': ['10.1.1.1'],
        'b.x.example A': ['192.0.2.9'],
      },
    ],
    [
      'a good MX host beside one that fails',
      {},
      SENDER,
      {
        'x.example MX': ['5 a.x.example', '10 b.x.example'],
        'a.x.example A': 'SERVFAIL',
        'b.x.example A': ['192.0.2.9'],
      },
    ],
    [
      'an address beside a failed look-up',
      {},
      SENDER,
      { 'x.example A': 'SERVFAIL', 'x.example AAAA': ['2001:db8::9'] },
    ],
    ['an address where an MX host belongs', {}, SENDER, { 'x.example MX': ['10 192.0.2.9'] }],
    ['a HELO name with an address', HELO, { helo: 'X.Example.' }, { 'x.example A': ['192.0.2.9'] }],
    [
      'the name of the client',
      { of: 'remote_host', as: 'host' },
      { host: 'x.example' },
      { 'x.example A': ['192.0.2.9'] },
    ],
  ] as const
  for (const [text, options, situation, dns] of cases)
    test(text, async () => {
      const match = await answerOf(resolvable, options, { ...situation, dns })
      assert.equal(match.truth, 'hit')
      assert.equal(match.found?.name, 'x.example')
      assert.match(match.found?.address ?? '', /^(?:192\.0\.2\.9|2001:db8::9)$/)
    })

  const withoutDns = [
    ['an address literal', {}, { sender: 'a@[192.0.2.9]' }],
    ['an IPv6 literal', {}, { sender: 'a@[IPv6:2001:db8::9]' }],
    ['the null sender, which has no name', {}, { sender: '' }],
    ['a HELO that is a literal', HELO, { helo: '[192.0.2.9]' }],
  ] as const
  for (const [text, options, situation] of withoutDns)
    test(text, async () => {
      const { answer, resolver } = ask(resolvable, options, situation)
      assert.equal((await answer).truth, 'hit')
      assert.deepEqual(resolver.asked, [])
    })
})

describe('resolvable: miss', () => {
  const cases = [
    ['nothing at all', {}, SENDER, {}],
    ['a null MX, whatever address there is', {}, SENDER, { 'x.example MX': ['0 .'], 'x.example A': ['192.0.2.9'] }],
    [
      'an MX host without address, whatever address the domain has',
      {},
      SENDER,
      { 'x.example MX': ['10 mx.x.example'], 'x.example A': ['192.0.2.9'] },
    ],
    ['private addresses alone', PRIVATE, SENDER, { 'x.example A': ['10.1.1.1', '127.0.0.1'] }],
    [
      'MX hosts with private addresses alone',
      PRIVATE,
      SENDER,
      { 'x.example MX': ['10 mx.x.example'], 'mx.x.example A': ['10.1.1.1'] },
    ],
    ['a literal of a private address', PRIVATE, { sender: 'a@[10.1.1.1]' }, {}],
    [
      'a host with MX alone',
      HELO,
      { helo: 'x.example' },
      { 'x.example MX': ['10 mx.x.example'], 'mx.x.example A': ['192.0.2.9'] },
    ],
    ['a HELO that is no name', HELO, { helo: 'my pc' }, {}],
    ['no HELO', HELO, {}, {}],
    ['a client without a name', { of: 'remote_host' }, {}, {}],
  ] as const
  for (const [text, options, situation, dns] of cases)
    test(text, async () => {
      assert.equal((await answerOf(resolvable, options, { ...situation, dns })).truth, 'miss')
    })

  test('says what does not count', async () => {
    const { because } = await answerOf(resolvable, PRIVATE, { ...SENDER, dns: { 'x.example A': ['10.1.1.1'] } })
    assert.equal(because, 'x.example is 10.1.1.1, which does not count')
  })
})

describe('resolvable: unknown', () => {
  const cases = [
    [
      'MX fails, whatever address there is',
      { 'x.example MX': 'SERVFAIL', 'x.example A': ['192.0.2.9'] },
      'x.example MX: SERVFAIL',
    ],
    ['the address fails', { 'x.example A': 'TIMEOUT' }, 'x.example: TIMEOUT'],
    ['IPv6 fails and there is no IPv4', { 'x.example AAAA': 'TIMEOUT' }, 'x.example: TIMEOUT'],
    [
      'an MX host fails and the other has no address',
      { 'x.example MX': ['5 a.x.example', '10 b.x.example'], 'a.x.example A': 'SERVFAIL' },
      'a.x.example: SERVFAIL',
    ],
  ] as const
  for (const [text, dns, because] of cases)
    test(text, async () => {
      const match = await answerOf(resolvable, {}, { ...SENDER, dns })
      assert.deepEqual({ truth: match.truth, because: match.because }, { truth: 'unknown', because })
    })

  test('no answer in time', async () => {
    const { answer, clock } = ask(resolvable, { timeout: '2s' }, { ...SENDER, dns: { 'x.example MX': 'SILENCE' } })
    await settle()
    clock.advance(2000)
    assert.equal((await answer).because, 'x.example MX: no answer within 2000 ms')
  })

  test('no sender yet: nothing is refused for that', async () => {
    assert.equal((await answerOf(resolvable, {}, {})).truth, 'unknown')
  })

  test('the name of the client could not be found out', async () => {
    const match = await answerOf(resolvable, { of: 'remote_host' }, { host: new Unknown('PTR: TIMEOUT') })
    assert.deepEqual(match, { truth: 'unknown', because: 'PTR: TIMEOUT' })
  })
})

test('a domain with a thousand MX hosts costs ten', async () => {
  const records = Array.from({ length: 1000 }, (_, index) => `${1000 - index} m${index}.x.example`)
  const { answer, resolver } = ask(resolvable, {}, { ...SENDER, dns: { 'x.example MX': records } })
  assert.equal((await answer).truth, 'miss')
  assert.equal(resolver.asked.length, 1 + 10 * 2)
  assert.ok(resolver.asked.includes('m999.x.example A'), 'the best ones are asked')
})

test('the stage follows the name', () => {
  const stageOf = (of: string): unknown => resolvable.stageOf?.({ of })
  assert.deepEqual(['sender', 'helo', 'remote_host'].map(stageOf), ['sender', 'greeting', 'connection'])
})
