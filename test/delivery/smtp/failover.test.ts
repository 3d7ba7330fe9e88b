import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DeliveryOutcome, DeliveryTarget } from '../../../src/core/delivery.ts'
import { smtpForward } from '../../../src/delivery/smtp-forward.ts'
import { parsePeer, peerText } from '../../../src/delivery/smtp/peer.ts'
import { deliveryJob, type JobParts } from '../../support/delivery-job.ts'
import { answer, deliveryTarget } from '../../support/delivery-target.ts'
import { fakeClock, runUntil } from '../../support/fake-clock.ts'
import { type Answers, CLOSE, HANG, type SmtpSink, smtpSink } from '../../support/smtp-sink.ts'
import { deadSink, sinkWith } from '../../support/smtp-sinks.ts'
import { zoneResolver } from '../../support/zone-resolver.ts'

const MINUTE = 60_000

function targetOf(sinks: readonly SmtpSink[], options: object = {}): DeliveryTarget {
  const host = sinks.map(({ port }) => `127.0.0.1:${port}`)
  return deliveryTarget(smtpForward, { host, timeout: '1m', idle_connections: 0, ...options })
}

function send(target: DeliveryTarget, parts: JobParts = {}): Promise<DeliveryOutcome> {
  return answer(target, deliveryJob(parts))
}

describe('several next servers', () => {
  it('are named in logs', () => {
    const target = deliveryTarget(smtpForward, { host: ['a.example', '192.0.2.1:2525', '[2001:db8::1]:26', '::1'] })
    assert.equal(target.name, 'smtp_forward:a.example:25,192.0.2.1:2525,[2001:db8::1]:26,[::1]:25')
    assert.equal(deliveryTarget(smtpForward, { host: 'a.example' }).name, 'smtp_forward:a.example:25')
    assert.equal(deliveryTarget(smtpForward, { host: 'Example.org.', mx: true }).name, 'smtp_forward:mx:example.org')
  })

  it('are asked in their order', async () => {
    const sinks = [await sinkWith(), await sinkWith()]
    const target = targetOf(sinks)
    for (let count = 0; count < 2; count += 1) assert.equal((await send(target)).kind, 'delivered')
    assert.deepEqual(
      sinks.map((sink) => sink.taken()),
      [2, 0],
    )
  })

  const before: readonly (readonly [string, Answers])[] = [
    ['refuses the connection', { GREETING: '554 no' }],
    ['ends before the greeting', { GREETING: CLOSE }],
    ['refuses our greeting', { EHLO: '450 later' }],
    ['ends the session at MAIL', { MAIL: '421 bye' }],
    ['ends at RCPT', { RCPT: CLOSE }],
    ['talks nonsense', { MAIL: 'what?' }],
    ['ends instead of 354', { DATA: CLOSE }],
  ]
  for (const [what, answers] of before)
    it(`stand in for one that ${what}`, async () => {
      const [first, second] = [await sinkWith(answers), await sinkWith()]
      assert.equal((await send(targetOf([first, second]))).kind, 'delivered')
      assert.deepEqual([first.taken(), second.taken()], [0, 1])
    })

  it('stand in for one that is not there', async () => {
    const gone = await smtpSink()
    const target = targetOf([gone, await sinkWith()])
    await gone.close()
    assert.equal((await send(target)).kind, 'delivered')
  })

  const after: readonly (readonly [string, Answers, DeliveryOutcome['kind']])[] = [
    ['refused the message', { END: '554 spam' }, 'refused'],
    ['refused the recipient for now', { RCPT: '450 greylisted' }, 'deferred'],
    ['refused the content', { DATA: '554 no' }, 'refused'],
    ['ended after the content', { END: CLOSE }, 'deferred'],
    ['ended the session after the content', { END: '421 bye' }, 'deferred'],
  ]
  for (const [what, answers, kind] of after)
    it(`do not stand in for one that ${what}`, async () => {
      const [first, second] = [await sinkWith(answers), await sinkWith()]
      assert.equal((await send(targetOf([first, second]))).kind, kind)
      assert.equal(second.connections(), 0)
    })

  it('defer when none can be talked to', async () => {
    const text = 'The next server refused the connection: 554 not today'
    assert.deepEqual(await send(targetOf([await deadSink(), await deadSink()])), {
      kind: 'deferred',
      text,
      status: '4.4.1',
    })
  })
})

describe('a next server that failed', () => {
  it('is tried last until it has rested, and its going and coming are logged once', async () => {
    const [first, second] = [await sinkWith({ GREETING: ['554 no', '554 no', '220 hi'] }), await sinkWith()]
    const clock = fakeClock()
    const logged: string[] = []
    const log = { write: (_level: string, _fields: object, text: string) => void logged.push(text) }
    const target = targetOf([first, second], { rest: '5m' })
    const deliver = (): Promise<DeliveryOutcome> => send(target, { ports: { clock, log } })
    for (let count = 0; count < 3; count += 1) assert.equal((await deliver()).kind, 'delivered')
    assert.deepEqual([first.connections(), second.connections()], [1, 3])
    clock.advance(5 * MINUTE)
    await deliver()
    assert.deepEqual([first.connections(), second.connections()], [2, 4])
    clock.advance(5 * MINUTE)
    await deliver()
    assert.deepEqual([first.taken(), second.taken()], [1, 4])
    assert.deepEqual(logged, ['next server failed', 'next server failed'])
  })

  it('is tried all the same when the others fail too', async () => {
    const [first, second] = [await sinkWith({ GREETING: ['554 no', '220 hi'] }), await sinkWith({ GREETING: '554 no' })]
    const target = targetOf([first, second])
    assert.equal((await send(target)).kind, 'deferred')
    assert.equal((await send(target)).kind, 'delivered')
  })
})

describe('the deadline of a delivery', () => {
  it('holds for all servers together', async () => {
    const sinks = await Promise.all(Array.from({ length: 5 }, () => sinkWith({ GREETING: HANG })))
    const clock = fakeClock()
    const began = clock.now()
    const target = targetOf(sinks, { timeout: '1m', deadline: '150s' })
    assert.deepEqual(await runUntil(clock, send(target, { ports: { clock } })), {
      kind: 'deferred',
      text: 'The next server failed: the delivery took too long',
      status: '4.4.2',
    })
    // The clock runs on for a second or two while the end is noticed.
    assert.ok(clock.now() - began >= 150_000 && clock.now() - began <= 152_000)
    assert.equal(sinks.filter((sink) => sink.connections() > 0).length, 3)
    for (const sink of sinks) await sink.idle()
  })

  it('holds for an answer after the content', async () => {
    const sink = await sinkWith({ END: HANG })
    const clock = fakeClock()
    const target = targetOf([sink], { timeout: '10m', deadline: '1m' })
    const delivery = send(target, { ports: { clock } })
    await sink.reached('END')
    clock.advance(MINUTE)
    assert.equal((await delivery).kind, 'deferred')
    await sink.idle()
  })

  it('holds for look-ups', async () => {
    const clock = fakeClock()
    const target = deliveryTarget(smtpForward, { host: 'example.org', mx: true, deadline: '1m' })
    const resolver = zoneResolver({ 'example.org MX': 'SILENCE' })
    const { kind, ...rest } = await runUntil(clock, send(target, { ports: { clock, resolver } }))
    assert.deepEqual([kind, 'status' in rest && rest.status], ['deferred', '4.4.3'])
  })
})

describe('the servers of a domain', () => {
  /** All names lie on loopback, so the port tells them apart by what answers there. */
  async function ask(
    dns: Readonly<Record<string, string | readonly string[]>>,
    port: number,
  ): Promise<{ said: DeliveryOutcome; asked: readonly string[] }> {
    const resolver = zoneResolver(dns)
    const target = deliveryTarget(smtpForward, { host: 'example.org', mx: true, port, idle_connections: 0 })
    return { said: await send(target, { ports: { resolver } }), asked: resolver.asked }
  }

  it('are asked in the order of their preference', async () => {
    const sink = await sinkWith()
    const { said } = await ask(
      {
        'example.org MX': ['20 second.example.org', '5 first.example.org.'],
        'first.example.org A': '127.0.0.1',
        'second.example.org A': '192.0.2.1',
      },
      sink.port,
    )
    assert.equal(said.kind, 'delivered')
  })

  it('are tried one address after the other', async () => {
    const sink = await sinkWith()
    const { said } = await ask(
      {
        'example.org MX': ['10 mail.example.org'],
        'mail.example.org A': ['127.0.0.2', '127.0.0.1'],
        'mail.example.org AAAA': '::1',
      },
      sink.port,
    )
    assert.equal(said.kind, 'delivered')
  })

  it('are the domain itself where there is no MX record', async () => {
    const sink = await sinkWith()
    const { said, asked } = await ask({ 'example.org A': '127.0.0.1' }, sink.port)
    assert.equal(said.kind, 'delivered')
    assert.deepEqual(asked, ['example.org MX', 'example.org A', 'example.org AAAA'])
  })

  it('are none that are no nearer than we are', async () => {
    const { said, asked } = await ask(
      { 'example.org MX': ['10 mx.example.org', '10 other.example.org', '20 far.example.org'] },
      25,
    )
    assert.deepEqual(said, { kind: 'deferred', text: 'There is no next server', status: '4.4.4' })
    assert.deepEqual(asked, ['example.org MX'])
  })

  const none: readonly (readonly [string, Readonly<Record<string, string | readonly string[]>>, string])[] = [
    ['the domain takes no mail (RFC 7505)', { 'example.org MX': ['0 .'] }, '4.4.4'],
    ['their names do not exist', { 'example.org MX': ['10 nowhere.example.org'] }, '4.4.4'],
    ['DNS does not tell', { 'example.org MX': 'SERVFAIL' }, '4.4.3'],
    [
      'DNS does not tell their addresses',
      { 'example.org MX': ['10 a.example.org'], 'a.example.org A': 'TIMEOUT' },
      '4.4.3',
    ],
  ]
  for (const [what, dns, status] of none)
    it(`are none, for now, when ${what}`, async () => {
      const { said } = await ask(dns, 25)
      assert.deepEqual([said.kind, said.kind === 'deferred' && said.status], ['deferred', status])
    })
})

describe('a peer', () => {
  it('is written as it is read', () => {
    for (const text of [
      'a.example:25',
      '192.0.2.1:2525',
      '[2001:db8::1]:25',
      'localhost:1',
      'under_score:25',
      '/run/lmtp',
    ])
      assert.equal(peerText(parsePeer(text, 99)), text)
    assert.equal(peerText(parsePeer('2001:db8::1', 25)), '[2001:db8::1]:25')
  })

  it('is none with anything else', () => {
    for (const text of ['', ':25', 'a b', 'a:', 'a:x', 'a:99999', 'a:0', '[a]:25', '[192.0.2.1]', '-a', 'a/b', 'a:1:2'])
      assert.throws(() => parsePeer(text, 25), Error, text)
  })
})
