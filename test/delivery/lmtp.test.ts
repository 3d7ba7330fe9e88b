import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { DeliveryTarget } from '../../src/core/delivery.ts'
import { lmtp } from '../../src/delivery/lmtp.ts'
import { CONTENT, deliveryJob, type JobParts } from '../support/delivery-job.ts'
import { answer, deliveryTarget } from '../support/delivery-target.ts'
import { fakeClock, runUntil } from '../support/fake-clock.ts'
import { type Answers, CLOSE, HANG, type SmtpSink } from '../support/smtp-sink.ts'
import { sinkWith } from '../support/smtp-sinks.ts'

const BOTH = ['bob@example.org', 'eve@example.org']
const DAY = 24 * 60 * 60 * 1000

function store(answers: Answers = {}): Promise<SmtpSink> {
  return sinkWith(answers, { lmtp: true })
}

function targetTo({ port }: SmtpSink, options: object = {}): DeliveryTarget {
  return deliveryTarget(lmtp, { host: '127.0.0.1', port, timeout: '1m', ...options })
}

const recipientsSeen = ({ commands }: SmtpSink): readonly string[] =>
  commands.flatMap((line) => (line.startsWith('RCPT') ? [line.slice('RCPT TO:'.length)] : []))

describe('lmtp', () => {
  it('says LHLO and hears one answer for each recipient', async () => {
    const sink = await store({ END: ['250 2.0.0 <bob> saved A', '250 2.0.0 <eve> saved B'] })
    const result = await targetTo(sink).deliver(deliveryJob({ to: BOTH }))
    assert.deepEqual(result, {
      kind: 'delivered',
      text: '<bob> saved A',
      perRecipient: [
        { kind: 'delivered', text: '<bob> saved A' },
        { kind: 'delivered', text: '<eve> saved B' },
      ],
    })
    assert.equal(sink.commands[0], 'LHLO mx.example.org')
    assert.deepEqual(sink.contents, [Buffer.from(CONTENT)])
  })

  it('speaks over a Unix socket, and keeps the connection', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'postern-lmtp-'))
    const path = join(directory, 'lmtp')
    const sink = await sinkWith({}, { lmtp: true, path })
    const target = deliveryTarget(lmtp, { host: path })
    assert.equal(target.name, `lmtp:${path}`)
    for (let count = 0; count < 2; count += 1) assert.equal((await answer(target, deliveryJob())).kind, 'delivered')
    assert.equal(sink.connections(), 1)
    sink.hangUp()
    await rm(directory, { recursive: true })
  })

  it('does not fall back to HELO', async () => {
    const sink = await store({ LHLO: '500 what?' })
    assert.equal((await answer(targetTo(sink), deliveryJob())).kind, 'deferred')
    assert.deepEqual(sink.commands, ['LHLO mx.example.org'])
  })

  it('sends nothing when a recipient was not taken', async () => {
    const sink = await store({ RCPT: ['250 ok', '550 5.1.1 unknown'] })
    assert.deepEqual(await answer(targetTo(sink), deliveryJob({ to: BOTH })), {
      kind: 'deferred',
      text: 'Not all recipients were taken. The next server refused the recipient: 550 unknown',
      status: '4.5.0',
    })
    assert.deepEqual(sink.contents, [])
  })

  it('has options that make sense', () => {
    assert.throws(() => deliveryTarget(lmtp, {}), /host/)
    assert.throws(() => deliveryTarget(lmtp, { host: 'a b' }), /is no host/)
    assert.throws(() => deliveryTarget(lmtp, { host: '/a', tls: 'required' }), /needs no TLS/)
  })
})

describe('lmtp, for a client that hears one answer each', () => {
  it('sends to those that were taken, and tells each', async () => {
    const sink = await store({ RCPT: ['250 ok', '550 5.1.1 unknown', '250 ok'], END: ['250 saved', '452 4.2.2 full'] })
    const to = [...BOTH, 'joe@example.org']
    const { kind, perRecipient } = await targetTo(sink).deliver(deliveryJob({ to, repliesEach: true }))
    assert.equal(kind, 'deferred')
    assert.deepEqual(
      perRecipient?.map((one) => one.kind),
      ['delivered', 'refused', 'deferred'],
    )
    assert.equal(sink.contents.length, 1)
  })

  it('remembers nothing, since nobody comes again for all', async () => {
    const sink = await store({ END: ['250 saved', '452 full', '250 saved', '250 saved'] })
    const target = targetTo(sink)
    for (let count = 0; count < 2; count += 1) await target.deliver(deliveryJob({ to: BOTH, repliesEach: true }))
    assert.equal(recipientsSeen(sink).length, 4)
  })
})

describe('lmtp, for a client that hears one answer for all', () => {
  const cases: readonly (readonly [readonly string[], string, string])[] = [
    [['452 4.2.2 full', '452 4.2.2 full'], 'deferred', 'The next server refused the message: 452 full'],
    [['552 5.2.2 full', '552 5.2.2 full'], 'refused', 'The next server refused the message: 552 full'],
    [['552 5.2.2 full', '452 4.2.2 later'], 'deferred', 'The next server refused the message: 452 later'],
    [
      ['250 saved', '452 4.2.2 full'],
      'deferred',
      'Not all recipients have it yet. The next server refused the message: 452 full',
    ],
    [
      ['250 saved', '552 5.2.2 full'],
      'refused',
      'Only these recipients do not get it: <eve@example.org>. The next server refused the message: 552 full',
    ],
  ]
  for (const [answers, kind, text] of cases)
    it(`answers ${kind} to ${answers.join(' and ')}`, async () => {
      const said = await answer(targetTo(await store({ END: answers })), deliveryJob({ to: BOTH }))
      assert.deepEqual([said.kind, said.text], [kind, text])
    })

  for (const [what, silence] of [
    ['ends', CLOSE],
    ['falls silent', HANG],
  ] as const)
    it(`defers the rest when the store ${what} in the middle, and they alone get it next time`, async () => {
      const sink = await store({ END: ['250 saved', silence, '250 saved'] })
      const clock = fakeClock()
      const target = targetTo(sink)
      const first = answer(target, deliveryJob({ to: BOTH, ports: { clock } }))
      assert.equal((await runUntil(clock, first)).kind, 'deferred')
      assert.equal((await answer(target, deliveryJob({ to: BOTH, ports: { clock } }))).kind, 'delivered')
      assert.deepEqual(recipientsSeen(sink), ['<bob@example.org>', '<eve@example.org>', '<eve@example.org>'])
    })

  it('leaves out those who have it, as long as the client comes again', async () => {
    const sink = await store({ END: ['250 saved', '452 full', '452 full', '250 saved', '250 saved', '250 saved'] })
    const target = targetTo(sink)
    const again = (id: string): Promise<string> =>
      answer(target, deliveryJob({ to: BOTH, content: `Received: ours ${id}\r\n${CONTENT}` })).then(({ kind }) => kind)
    assert.deepEqual([await again('1'), await again('2'), await again('3')], ['deferred', 'deferred', 'delivered'])
    // The matter is closed: the same message once more is a new one.
    assert.equal(await again('4'), 'delivered')
    assert.deepEqual(
      recipientsSeen(sink).map((one) => one.slice(1, 4)),
      ['bob', 'eve', 'eve', 'eve', 'bob', 'eve'],
    )
  })

  const others: readonly (readonly [string, JobParts])[] = [
    ['from somebody else', { from: 'joe@example.net' }],
    ['with another subject', { content: CONTENT.replace('hi', 'ho') }],
    ['with another body', { content: CONTENT.replace('Hello', 'Hallo') }],
  ]
  for (const [what, parts] of others)
    it(`takes a message ${what} for another one`, async () => {
      const sink = await store({ END: ['250 saved', '452 full', '250 saved', '250 saved'] })
      const target = targetTo(sink)
      assert.equal((await answer(target, deliveryJob({ to: BOTH }))).kind, 'deferred')
      assert.equal((await answer(target, deliveryJob({ to: BOTH, ...parts }))).kind, 'delivered')
      assert.equal(recipientsSeen(sink).length, 4)
    })

  it('forgets after five days', async () => {
    const sink = await store({ END: ['250 saved', '452 full', '250 saved', '250 saved'] })
    const clock = fakeClock()
    const target = targetTo(sink)
    await answer(target, deliveryJob({ to: BOTH, ports: { clock } }))
    clock.advance(5 * DAY + 1)
    await answer(target, deliveryJob({ to: BOTH, ports: { clock } }))
    assert.equal(recipientsSeen(sink).length, 4)
  })
})
