import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ListProbe } from '../../src/core/ports.ts'
import { dnsbl } from '../../src/vocabulary/dnsbl.ts'
import { answerOf, ask, settle } from './ask.ts'

const ONE = { zones: ['bl.example'] }
const TWO = { zones: ['first.example', 'second.example'] }

describe('dnsbl: hit', () => {
  test('a listed client, with the text the zone publishes', async () => {
    const dns = { '7.2.0.192.bl.example A': ['127.0.0.4'], '7.2.0.192.bl.example TXT': ['Seen sending spam'] }
    assert.deepEqual(await answerOf(dnsbl, ONE, { dns }), {
      truth: 'hit',
      because: '7.2.0.192.bl.example is 127.0.0.4',
      found: { zone: 'bl.example', address: '127.0.0.4', reason: 'Seen sending spam' },
    })
  })

  test('the message of the list of zones comes first, with every %IP% replaced', async () => {
    const dns = { '7.2.0.192.bl.example A': ['127.0.0.2'], '7.2.0.192.bl.example TXT': ['not this'] }
    const { answer, resolver } = ask(
      dnsbl,
      { zones: ['bl.example:%IP% is listed, $& see http://bl.example/%IP%'] },
      { dns },
    )
    assert.equal((await answer).found?.reason, '192.0.2.7 is listed, $& see http://bl.example/192.0.2.7')
    assert.deepEqual(resolver.asked, ['7.2.0.192.bl.example A'])
  })

  test('what a zone publishes is not expanded', async () => {
    const dns = { '7.2.0.192.bl.example A': ['127.0.0.2'], '7.2.0.192.bl.example TXT': ['${helo} %IP%'] }
    assert.equal((await answerOf(dnsbl, ONE, { dns })).found?.reason, '${helo} %IP%')
  })

  for (const [text, records] of [
    ['no text', []],
    ['an empty text', [' ']],
    ['a text that cannot be had', 'SERVFAIL'],
  ] as const)
    test(`${text}: the zone is named`, async () => {
      const dns = { '7.2.0.192.bl.example A': ['127.0.0.2'], '7.2.0.192.bl.example TXT': records }
      assert.equal((await answerOf(dnsbl, ONE, { dns })).found?.reason, 'Listed in bl.example')
    })

  test('IPv6 is asked by nibbles', async () => {
    const nibbles = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2`
    const dns = { [`${nibbles}.bl.example A`]: ['127.0.0.2'] }
    assert.equal((await answerOf(dnsbl, ONE, { ip: '2001:db8::1', dns })).truth, 'hit')
  })

  test('the first zone in the order written decides, not the first to answer', async () => {
    const dns = { '7.2.0.192.first.example A': ['127.0.0.2'], '7.2.0.192.second.example A': ['127.0.0.2'] }
    assert.equal((await answerOf(dnsbl, TWO, { dns })).found?.zone, 'first.example')
  })

  test('zones behind the one that lists are not waited for', async () => {
    const dns = { '7.2.0.192.first.example A': ['127.0.0.2'], '7.2.0.192.second.example A': 'SILENCE' }
    assert.equal((await answerOf(dnsbl, TWO, { dns })).found?.zone, 'first.example')
  })

  test('a listing is worth more than a zone that failed before it', async () => {
    const dns = { '7.2.0.192.first.example A': 'SERVFAIL', '7.2.0.192.second.example A': ['127.0.0.2'] }
    assert.equal((await answerOf(dnsbl, TWO, { dns })).found?.zone, 'second.example')
  })

  test('one good record among others is enough', async () => {
    const dns = { '7.2.0.192.bl.example A': ['192.0.2.1', '127.0.0.9'] }
    assert.equal((await answerOf(dnsbl, ONE, { dns })).found?.address, '127.0.0.9')
  })
})

describe('dnsbl: miss', () => {
  test('in no zone; all zones are asked', async () => {
    const { answer, resolver } = ask(dnsbl, TWO, {})
    assert.deepEqual(await answer, { truth: 'miss' })
    assert.deepEqual(resolver.asked, ['7.2.0.192.first.example A', '7.2.0.192.second.example A'])
  })

  test('no zones', async () => assert.deepEqual(await answerOf(dnsbl, { zones: [] }, {}), { truth: 'miss' }))
})

describe('dnsbl: unknown', () => {
  for (const fault of ['SERVFAIL', 'TIMEOUT'])
    test(fault, async () => {
      const match = await answerOf(dnsbl, TWO, { dns: { '7.2.0.192.second.example A': fault } })
      assert.equal(match.truth, 'unknown')
      assert.equal(match.because, `second.example: ${fault}`)
    })

  for (const record of ['127.255.255.254', '127.255.255.252', '127.0.0.1', '192.0.2.1', '203.0.113.80', 'junk'])
    test(`${record} is no listing`, async () => {
      const match = await answerOf(dnsbl, ONE, { dns: { '7.2.0.192.bl.example A': [record] } })
      assert.equal(match.truth, 'unknown')
      assert.equal(match.because, `bl.example: answered ${record}, which is no listing`)
    })

  test('all that is wrong is named', async () => {
    const dns = { '7.2.0.192.first.example A': 'SERVFAIL', '7.2.0.192.second.example A': ['127.255.255.254'] }
    const { because } = await answerOf(dnsbl, TWO, { dns })
    assert.equal(because, 'first.example: SERVFAIL; second.example: answered 127.255.255.254, which is no listing')
  })

  test('the time is for all zones together', async () => {
    const dns = { '7.2.0.192.first.example A': 'SILENCE', '7.2.0.192.second.example A': 'SILENCE' }
    const { answer, clock } = ask(dnsbl, { ...TWO, timeout: '3s' }, { dns })
    await settle()
    assert.equal(clock.pending(), 1)
    clock.advance(3000)
    assert.deepEqual(await answer, {
      truth: 'unknown',
      because: 'first.example: no answer within 3000 ms; second.example: no answer within 3000 ms',
    })
  })

  test('when time is up, what has answered counts', async () => {
    const dns = { '7.2.0.192.first.example A': 'SILENCE', '7.2.0.192.second.example A': ['127.0.0.2'] }
    const { answer, clock } = ask(dnsbl, TWO, { dns })
    await settle()
    clock.advance(10_000)
    assert.equal((await answer).found?.zone, 'second.example')
  })

  test('a listing whose text does not come in time is a listing', async () => {
    const dns = { '7.2.0.192.bl.example A': ['127.0.0.2'], '7.2.0.192.bl.example TXT': 'SILENCE' }
    const { answer, clock } = ask(dnsbl, ONE, { dns })
    await settle()
    clock.advance(10_000)
    assert.equal((await answer).found?.reason, 'Listed in bl.example')
  })

  test('a rule whose own time is up is not waited for', async () => {
    const abort = new AbortController()
    const { answer } = ask(dnsbl, ONE, { dns: { '7.2.0.192.bl.example A': 'SILENCE' }, signal: abort.signal })
    await settle()
    abort.abort()
    assert.equal((await answer).truth, 'unknown')
  })
})

describe('dnsbl: a zone that lists everybody', () => {
  const dns = { '7.2.0.192.first.example A': ['127.0.0.2'], '7.2.0.192.second.example A': ['127.0.0.2'] }
  const liar = (zone: string, probe: ListProbe): Promise<string | undefined> =>
    Promise.resolve(zone === 'first.example' ? `lists ${probe.never}` : undefined)

  test('is unknown; the next one counts', async () => {
    assert.equal((await answerOf(dnsbl, TWO, { dns, listHealth: { fault: liar } })).found?.zone, 'second.example')
    assert.deepEqual(await answerOf(dnsbl, { zones: ['first.example'] }, { dns, listHealth: { fault: liar } }), {
      truth: 'unknown',
      because: 'first.example: lists 1.0.0.127',
    })
  })

  test('is asked about in the family of the client, and not for the client itself', async () => {
    const probes: ListProbe[] = []
    const fault = async (_zone: string, probe: ListProbe): Promise<undefined> => void probes.push(probe)
    for (const ip of ['192.0.2.7', '2001:db8::1', '127.0.0.1'])
      await answerOf(dnsbl, ONE, { ip, listHealth: { fault } })
    assert.deepEqual(probes, [
      { never: '1.0.0.127', always: '2.0.0.127' },
      { never: `1.0.0.0.0.0.f.7.f.f.f.f.${'0.'.repeat(20).slice(0, -1)}` },
      { never: 'invalid' },
    ])
  })

  test('is believed when its trial does not end in time', async () => {
    const fault = (): Promise<undefined> => new Promise(() => undefined)
    const { answer, clock } = ask(dnsbl, TWO, { dns, listHealth: { fault } })
    await settle()
    clock.advance(10_000)
    assert.equal((await answer).found?.zone, 'first.example')
  })
})

test('no timer is left behind', async () => {
  const { answer, clock } = ask(dnsbl, ONE, { dns: { '7.2.0.192.bl.example A': ['127.0.0.2'] } })
  await answer
  assert.equal(clock.pending(), 0)
})
