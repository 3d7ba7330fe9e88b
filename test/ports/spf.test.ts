/** SPF as its RFC tells it: the zone and the records of appendix A, the macros of section 7.4, the limits of section 4.6.4. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { DnsFixtures } from '../../src/testing/fixture-resolver.ts'
import { spf } from '../../src/ports/spf.ts'
import { newTransaction } from '../../src/core/session.ts'
import { address } from '../support/address.ts'
import { contextAt } from '../support/hook-context.ts'
import { fakePorts } from '../support/smtp-rig.ts'
import { zoneResolver } from '../support/zone-resolver.ts'
import { answerOf, ask, optionsFor, settle } from '../vocabulary/ask.ts'

const ZONE: DnsFixtures = {
  'example.com MX': ['10 mail-a.example.com', '20 mail-b.example.com'],
  'example.com A': ['192.0.2.10', '192.0.2.11'],
  'amy.example.com A': ['192.0.2.65'],
  'bob.example.com A': ['192.0.2.66'],
  'mail-a.example.com A': ['192.0.2.129'],
  'mail-b.example.com A': ['192.0.2.130'],
  'example.org MX': ['10 mail-c.example.org'],
  'mail-c.example.org A': ['192.0.2.140'],
  '10.2.0.192.in-addr.arpa PTR': ['example.com'],
  '11.2.0.192.in-addr.arpa PTR': ['example.com'],
  '65.2.0.192.in-addr.arpa PTR': ['amy.example.com'],
  '66.2.0.192.in-addr.arpa PTR': ['bob.example.com'],
  '129.2.0.192.in-addr.arpa PTR': ['mail-a.example.com'],
  '130.2.0.192.in-addr.arpa PTR': ['mail-b.example.com'],
  '140.2.0.192.in-addr.arpa PTR': ['mail-c.example.org'],
  '4.0.0.10.in-addr.arpa PTR': ['bob.example.com'],
}

interface Mail {
  readonly ip?: string
  readonly sender?: string
  readonly helo?: string
  readonly dns?: DnsFixtures
}

async function resultOf(record: string, { ip = '192.0.2.7', sender = 'strong-bad@example.com', helo, dns }: Mail) {
  const zone = { ...ZONE, 'example.com TXT': [record], ...dns }
  const match = await answerOf(spf, {}, { ip, sender, ...(helo !== undefined && { helo }), dns: zone })
  return match.found?.['result']
}

/** RFC 7208 appendix A.1 says who passes. */
const SIMPLE: readonly (readonly [record: string, passing: readonly string[], failing: readonly string[]])[] = [
  ['v=spf1 +all', ['192.0.2.10', '203.0.113.9', '2001:db8::1'], []],
  ['v=spf1 a -all', ['192.0.2.10', '192.0.2.11'], ['192.0.2.65', '192.0.2.129']],
  ['v=spf1 a:example.org -all', [], ['192.0.2.10', '192.0.2.140']],
  ['v=spf1 mx -all', ['192.0.2.129', '192.0.2.130'], ['192.0.2.10', '192.0.2.140']],
  ['v=spf1 mx:example.org -all', ['192.0.2.140'], ['192.0.2.129']],
  ['v=spf1 mx mx:example.org -all', ['192.0.2.129', '192.0.2.130', '192.0.2.140'], ['192.0.2.10']],
  ['v=spf1 mx/30 mx:example.org/30 -all', ['192.0.2.131', '192.0.2.143'], ['192.0.2.132', '192.0.2.144']],
  ['v=spf1 ptr -all', ['192.0.2.65'], ['192.0.2.140', '10.0.0.4']],
  ['v=spf1 ip4:192.0.2.128/28 -all', ['192.0.2.129'], ['192.0.2.65']],
]

describe('spf: the simple examples of RFC 7208', () => {
  for (const [record, passing, failing] of SIMPLE) {
    for (const ip of passing)
      test(`${record} lets ${ip} pass`, async () => assert.equal(await resultOf(record, { ip }), 'pass'))
    for (const ip of failing)
      test(`${record} fails ${ip}`, async () => assert.equal(await resultOf(record, { ip }), 'fail'))
  }
})

describe('spf: records of several domains', () => {
  test('include passes what the other domain passes', async () => {
    const dns = { 'example.org TXT': ['v=spf1 mx -all'] }
    assert.equal(await resultOf('v=spf1 include:example.org ~all', { ip: '192.0.2.140', dns }), 'pass')
    assert.equal(await resultOf('v=spf1 include:example.org ~all', { ip: '192.0.2.10', dns }), 'softfail')
  })

  test('redirect leaves the answer to the other domain', async () => {
    const dns = { '_spf.example.com TXT': ['v=spf1 mx:example.com -all'] }
    assert.equal(await resultOf('v=spf1 redirect=_spf.example.com', { ip: '192.0.2.129', dns }), 'pass')
    assert.equal(await resultOf('v=spf1 redirect=_spf.example.com', { ip: '192.0.2.65', dns }), 'fail')
  })

  test('an include without a record, and a redirect without one, are permanent errors', async () => {
    assert.equal(await resultOf('v=spf1 include:nowhere.example -all', {}), 'permerror')
    assert.equal(await resultOf('v=spf1 redirect=nowhere.example', {}), 'permerror')
  })

  test('exists asks a name made of who sends (appendix A.3, like a DNSBL)', async () => {
    const dns = { '7.2.0.192.in-addr._spf.example.com A': ['127.0.0.2'] }
    assert.equal(await resultOf('v=spf1 exists:%{ir}.%{v}._spf.%{d} -all', { dns }), 'pass')
    assert.equal(await resultOf('v=spf1 exists:%{ir}.%{v}._spf.%{d} -all', { ip: '192.0.2.8', dns }), 'fail')
  })

  test('two requirements at once (appendix A.4)', async () => {
    const record = 'v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all'
    const dns = {
      'ip4._spf.example.com TXT': ['v=spf1 -ip4:192.0.2.0/24 +all'],
      'ptr._spf.example.com TXT': ['v=spf1 -ptr:example.com +all'],
    }
    assert.equal(await resultOf(record, { ip: '192.0.2.65', dns }), 'pass')
    assert.equal(await resultOf(record, { ip: '192.0.2.140', dns }), 'fail')
    assert.equal(await resultOf(record, { ip: '203.0.113.9', dns }), 'fail')
  })
})

describe('spf: results', () => {
  for (const [record, expected] of [
    ['v=spf1 ?all', 'neutral'],
    ['v=spf1', 'neutral'],
    ['v=spf1 ~all', 'softfail'],
    ['v=spf10 -all', 'none'],
    ['some other text', 'none'],
    ['v=spf1 -all moo', 'permerror'],
    ['v=spf1 ip4:192.0.2.0/33 -all', 'permerror'],
    ['v=spf1 redirect=a.example redirect=b.example', 'permerror'],
  ] as const)
    test(`${record} is ${expected}`, async () => assert.equal(await resultOf(record, {}), expected))

  test('two records are a permanent error', async () => {
    const dns = { 'example.com TXT': ['v=spf1 +all', 'v=spf1 -all'] }
    assert.equal(await resultOf('', { dns }), 'permerror')
  })

  test('IPv6 has its own mechanism, and a mapped address is IPv4', async () => {
    assert.equal(await resultOf('v=spf1 ip6:2001:db8::/32 -all', { ip: '2001:db8::25' }), 'pass')
    assert.equal(await resultOf('v=spf1 ip6:2001:db8::/32 -all', { ip: '2001:db9::25' }), 'fail')
    assert.equal(await resultOf('v=spf1 ip4:192.0.2.7 -all', { ip: '::ffff:192.0.2.7' }), 'pass')
  })

  test('a sender at an address literal has no domain to ask', async () =>
    assert.equal(await resultOf('v=spf1 -all', { sender: 'a@[192.0.2.7]' }), 'none'))

  test('for the null sender the HELO name is asked', async () => {
    const dns = { 'mx.example.net TXT': ['v=spf1 ip4:192.0.2.7 -all'] }
    assert.equal(await resultOf('v=spf1 -all', { sender: '', helo: 'mx.example.net', dns }), 'pass')
    assert.equal(await resultOf('v=spf1 -all', { sender: '', helo: 'mx.example.net', ip: '192.0.2.8', dns }), 'fail')
  })
})

describe('spf: limits', () => {
  const includes = (count: number) =>
    `v=spf1 ${Array.from({ length: count }, (_, n) => `include:s${n}.example`).join(' ')} -all`
  const subjects = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`s${n}.example TXT`, ['v=spf1 ?all']]))

  test('ten look-ups are allowed, eleven are a permanent error', async () => {
    assert.equal(await resultOf(includes(10), { dns: subjects }), 'fail')
    assert.equal(await resultOf(includes(11), { dns: subjects }), 'permerror')
  })

  test('a domain that includes itself comes to an end', async () =>
    assert.equal(await resultOf('v=spf1 include:example.com -all', {}), 'permerror'))

  test('two look-ups may find nothing, three are a permanent error', async () => {
    assert.equal(await resultOf('v=spf1 a:n1.example a:n2.example -all', {}), 'fail')
    assert.equal(await resultOf('v=spf1 a:n1.example a:n2.example a:n3.example -all', {}), 'permerror')
  })

  test('more than ten hosts of one MX are a permanent error', async () => {
    const hosts = Array.from({ length: 11 }, (_, n) => `10 m${n}.example`)
    assert.equal(await resultOf('v=spf1 mx:many.example -all', { dns: { 'many.example MX': hosts } }), 'permerror')
  })
})

/** RFC 7208 section 7.4, each macro with what it becomes. */
const MACROS: readonly (readonly [macro: string, becomes: string])[] = [
  ['%{s}', 'strong-bad@email.example.com'],
  ['%{o}', 'email.example.com'],
  ['%{d}', 'email.example.com'],
  ['%{d4}', 'email.example.com'],
  ['%{d3}', 'email.example.com'],
  ['%{d2}', 'example.com'],
  ['%{d1}', 'com'],
  ['%{dr}', 'com.example.email'],
  ['%{d2r}', 'example.email'],
  ['%{l}', 'strong-bad'],
  ['%{l-}', 'strong.bad'],
  ['%{lr}', 'strong-bad'],
  ['%{lr-}', 'bad.strong'],
  ['%{l1r-}', 'strong'],
  ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
  ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
  ['%{c} at %{r}%_%%', '192.0.2.3 at mx.example.org %'],
]

describe('spf: explanations', () => {
  const explained = async (text: string) => {
    const dns = { 'email.example.com TXT': ['v=spf1 -all exp=why.example.com'], 'why.example.com TXT': [text] }
    const situation = { ip: '192.0.2.3', sender: 'strong-bad@email.example.com', helo: 'mx.example.com', dns }
    return (await answerOf(spf, { receiver: 'mx.example.org' }, situation)).found?.['reason']
  }

  for (const [macro, becomes] of MACROS)
    test(`${macro} is ${becomes}`, async () => assert.equal(await explained(macro), becomes))

  test('what strangers wrote is cleaned and cut', async () => {
    const reason = await explained(`See\r\n250 OK\u0000 ${'x'.repeat(400)}`)
    assert.match(reason ?? '', /^[ -~]{1,200}$/)
  })

  test('an explanation that cannot be had leaves the plain reason', async () => {
    const dns = { 'email.example.com TXT': ['v=spf1 -all exp=why.example.com'], 'why.example.com TXT': 'SERVFAIL' }
    const match = await answerOf(spf, {}, { ip: '192.0.2.3', sender: 'a@email.example.com', dns })
    assert.equal(
      match.found?.['reason'],
      'domain of a@email.example.com does not designate 192.0.2.3 as permitted sender',
    )
  })
})

describe('spf: the word', () => {
  const FAILING = { 'example.com TXT': ['v=spf1 -all'] }

  test('hits when the result is one of those wanted', async () => {
    assert.equal((await answerOf(spf, {}, { sender: 'a@example.com', dns: FAILING })).truth, 'hit')
    assert.equal((await answerOf(spf, { result: ['pass'] }, { sender: 'a@example.com', dns: FAILING })).truth, 'miss')
  })

  for (const fault of ['SERVFAIL', 'TIMEOUT'])
    test(`${fault} is unknown, unless temperror is wanted`, async () => {
      const dns = { 'example.com TXT': fault }
      assert.equal((await answerOf(spf, {}, { sender: 'a@example.com', dns })).truth, 'unknown')
      assert.equal((await answerOf(spf, { result: ['temperror'] }, { sender: 'a@example.com', dns })).truth, 'hit')
    })

  test('DNS that takes too long is unknown', async () => {
    const dns = { 'example.com TXT': 'SILENCE' }
    const { answer, clock } = ask(spf, { timeout: '5s' }, { sender: 'a@example.com', dns })
    await settle()
    clock.advance(5000)
    assert.equal((await answer).truth, 'unknown')
  })

  test('before MAIL it is unknown', async () => assert.equal((await answerOf(spf, {}, {})).truth, 'unknown'))

  test('a message is judged once, whichever rules ask', async () => {
    const resolver = zoneResolver(FAILING)
    const transaction = newTransaction('t1')
    transaction.sender = address('a@example.com')
    const context = contextAt('mail', { transaction, ports: { ...fakePorts(), resolver } })
    const nobody = { template: () => assert.fail(), facts: () => assert.fail(), question: () => assert.fail() }
    const tools = {
      ...nobody,
      lookUp: assert.fail,
      list: assert.fail,
      texts: assert.fail,
      directory: '',
      rule: 'house/mail/a',
    }
    const results = ['fail', 'pass'].map(async (result) =>
      spf.compile(optionsFor(spf, { result: [result] }), tools)(context),
    )
    assert.deepEqual(
      (await Promise.all(results)).map(({ truth }) => truth),
      ['hit', 'miss'],
    )
    assert.deepEqual(resolver.asked, ['example.com TXT'])
  })

  test('the header field quotes what strangers wrote', async () => {
    const match = await answerOf(spf, {}, { sender: '"a\\"b"@example.com', helo: 'h"; x=', dns: FAILING })
    assert.equal(
      match.found?.['header'],
      'fail identity="mailfrom"; client-ip="192.0.2.7"; receiver="unknown"; envelope-from="a\\"b@example.com"; helo="h\\"; x=";',
    )
  })

  test('the header field has no pair cut in two', async () => {
    const match = await answerOf(spf, {}, { sender: 'a@example.com', helo: 'h'.repeat(250), dns: FAILING })
    assert.match(match.found?.['header'] ?? '', /envelope-from="a@example\.com";$/)
  })
})
