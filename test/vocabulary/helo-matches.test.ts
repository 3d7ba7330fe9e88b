import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Unknown } from '../../src/core/truth.ts'
import { heloMatches } from '../../src/vocabulary/helo-matches.ts'
import { answerOf, ask, settle } from './ask.ts'

const SAME = { reverse_name: 'same' }
const RELATED = { reverse_name: 'related' }
const MINE = { 'mx.example A': ['192.0.2.7'] }

describe('helo_matches: hit', () => {
  const cases = [
    ['the name has the address', {}, { helo: 'MX.example.', dns: MINE }, 'address'],
    [
      'the name has a neighbour',
      { same_network: true },
      { helo: 'mx.example', dns: { 'mx.example A': ['192.0.2.99'] } },
      'address',
    ],
    [
      'the name has an IPv6 neighbour',
      { same_network: true },
      { ip: '2001:db8:1::7', helo: 'mx.example', dns: { 'mx.example AAAA': ['2001:db8:1:f::9'] } },
      'address',
    ],
    ['a literal of the client', {}, { helo: '[192.0.2.7]' }, 'address'],
    ['an IPv6 literal of the client', {}, { ip: '2001:db8::7', helo: '[ipv6:2001:DB8:0::7]' }, 'address'],
    ['the reverse name is the same', SAME, { helo: 'mx.example', host: 'MX.Example' }, 'name'],
    ['both fit', SAME, { helo: 'mx.example', host: 'mx.example', dns: MINE }, 'both'],
    [
      'the reverse name fits and the address fails',
      SAME,
      { helo: 'mx.example', host: 'mx.example', dns: { 'mx.example A': 'SERVFAIL' } },
      'name',
    ],
    [
      'the address fits and the reverse name failed',
      SAME,
      { helo: 'mx.example', host: new Unknown('PTR'), dns: MINE },
      'address',
    ],
    ['a sibling', RELATED, { helo: 'mail.site.example', host: 'out1.site.example' }, 'name'],
    ['a host of the domain', RELATED, { helo: 'site.example', host: 'out1.site.example' }, 'name'],
    ['a host further down', RELATED, { helo: 'a.b.site.example', host: 'out1.site.example' }, 'name'],
  ] as const
  for (const [text, options, situation, by] of cases)
    test(text, async () => {
      const match = await answerOf(heloMatches, options, situation)
      assert.deepEqual({ truth: match.truth, found: match.found }, { truth: 'hit', found: { by } })
    })
})

describe('helo_matches: miss', () => {
  const cases = [
    ['no HELO', {}, {}],
    ['no such name', {}, { helo: 'mx.example' }],
    ['another address', {}, { helo: 'mx.example', dns: { 'mx.example A': ['192.0.2.99'] } }],
    ['another network', { same_network: true }, { helo: 'mx.example', dns: { 'mx.example A': ['192.0.3.7'] } }],
    ['an address of the other kind', {}, { helo: 'mx.example', dns: { 'mx.example AAAA': ['2001:db8::7'] } }],
    ['a forged literal', { same_network: true }, { helo: '[192.0.2.8]' }],
    ['an address that is no literal', {}, { helo: '192.0.2.7' }],
    ['no name at all', {}, { helo: 'my pc' }],
    ['the reverse name, when it is ignored', {}, { helo: 'mx.example', host: 'mx.example' }],
    ['another reverse name', SAME, { helo: 'mx.site.example', host: 'out.site.example' }],
    ['two sites of one top-level domain', RELATED, { helo: 'one.example', host: 'two.example' }],
    ['two sites of one registry', RELATED, { helo: 'mx.one.co.uk', host: 'mx.two.co.uk' }],
    ['a reverse name that is none', RELATED, { helo: 'mx.example', host: 'a b' }],
  ] as const
  for (const [text, options, situation] of cases)
    test(text, async () => assert.equal((await answerOf(heloMatches, options, situation)).truth, 'miss'))
})

describe('helo_matches: unknown', () => {
  test('the look-up fails', async () => {
    const match = await answerOf(heloMatches, {}, { helo: 'mx.example', dns: { 'mx.example A': 'SERVFAIL' } })
    assert.deepEqual(match, { truth: 'unknown', because: 'mx.example: SERVFAIL' })
  })

  test('the reverse name could not be found out', async () => {
    const match = await answerOf(heloMatches, SAME, { helo: 'mx.example', host: new Unknown('PTR: TIMEOUT') })
    assert.deepEqual(match, { truth: 'unknown', because: 'PTR: TIMEOUT' })
  })

  test('no answer in time', async () => {
    const { answer, clock } = ask(
      heloMatches,
      { timeout: '5s' },
      { helo: 'mx.example', dns: { 'mx.example A': 'SILENCE' } },
    )
    await settle()
    clock.advance(5000)
    assert.equal((await answer).because, 'mx.example: no answer within 5000 ms')
  })
})
