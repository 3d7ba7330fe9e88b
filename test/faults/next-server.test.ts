/** The next server as an enemy or a ruin: whatever it does, the client never hears 250 for mail it did not take. */
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { describe, it } from 'node:test'
import type { DeliveryJob, DeliveryOutcome } from '../../src/core/delivery.ts'
import { smtpForward } from '../../src/delivery/smtp-forward.ts'
import { brokenJob, deliveryJob, type JobParts } from '../support/delivery-job.ts'
import { answer, deliveryTarget } from '../support/delivery-target.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { type Answers, CLOSE, HANG, smtpSink } from '../support/smtp-sink.ts'
import { sinkWith } from '../support/smtp-sinks.ts'

const MINUTE = 60_000
/** The answer for all recipients; no connection stays open. A server that failed rests for a minute, by a timer. */
function send(port: number, parts: JobParts = {}, clock = fakeClock()): Promise<DeliveryOutcome> {
  return sendJob(port, deliveryJob({ ...parts, ports: { clock } }))
}

function sendJob(port: number, job: DeliveryJob): Promise<DeliveryOutcome> {
  const target = deliveryTarget(smtpForward, { host: '127.0.0.1', port, timeout: '1m', idle_connections: 0 })
  return answer(target, job)
}

describe('a next server that is not there', () => {
  it('defers', async () => {
    const sink = await smtpSink()
    const { port } = sink
    await sink.close()
    const clock = fakeClock()
    assert.deepEqual(await send(port, {}, clock), {
      kind: 'deferred',
      text: 'The next server failed: the connection failed',
      status: '4.4.1',
    })
    clock.advance(MINUTE)
    assert.equal(clock.pending(), 0)
  })
})

describe('a next server that closes', () => {
  for (const step of ['GREETING', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'END'] as const)
    it(`defers at ${step}`, async () => {
      const result = await send((await sinkWith({ [step]: CLOSE })).port)
      assert.equal(result.kind, 'deferred')
    })
})

describe('a next server that falls silent', () => {
  for (const step of ['GREETING', 'EHLO', 'MAIL', 'RCPT', 'DATA'] as const)
    it(`defers at ${step} when the time is over, and leaves no connection`, async () => {
      const { kind, text } = await afterSilence(step, MINUTE)
      assert.deepEqual([kind, text], ['deferred', 'The next server failed: it did not answer in time'])
    })

  it('has until the end of the delivery for the answer to the content, then defers, and leaves no connection', async () => {
    const { kind, text } = await afterSilence('END', 5 * MINUTE)
    assert.deepEqual([kind, text], ['deferred', 'The next server failed: the delivery took too long'])
  })

  /** The answer, which must come after this time and not before. */
  async function afterSilence(step: keyof Answers, time: number): Promise<DeliveryOutcome> {
    const sink = await sinkWith({ [step]: HANG })
    const clock = fakeClock()
    const result = send(sink.port, {}, clock)
    await sink.reached(step)
    clock.advance(time - 1)
    assert.ok(clock.pending() > 0)
    clock.advance(1)
    const said = await result
    await sink.idle()
    clock.advance(MINUTE)
    assert.equal(clock.pending(), 0)
    return said
  }

  it('is left after the message was taken, too', async () => {
    const sink = await sinkWith({ QUIT: HANG })
    const clock = fakeClock()
    assert.equal((await send(sink.port, {}, clock)).kind, 'delivered')
    await sink.reached('QUIT')
    clock.advance(MINUTE)
    await sink.idle()
  })
})

describe('a next server that says too much', () => {
  const cases: readonly (readonly [string, Answers])[] = [
    ['two greetings', { GREETING: '220 ready\r\n250 ok' }],
    ['all replies at once', { GREETING: `220 ready\r\n${'250 ok\r\n'.repeat(3)}354 go\r\n250 ok` }],
    ['a greeting of thousands of lines', { GREETING: '220-again\r\n'.repeat(5000) }],
    ['a line that does not end', { EHLO: Buffer.from('250 '.padEnd(100_000, 'x')) }],
    ['bare line feeds', { MAIL: Buffer.from('250 ok\n') }],
    ['no SMTP', { GREETING: 'HTTP/1.1 400 Bad Request' }],
    ['an answer to content it has not seen', { DATA: '354 go\r\n250 queued' }],
  ]
  for (const [what, answers] of cases)
    it(`defers: ${what}`, async () => {
      const sink = await sinkWith(answers)
      const result = await send(sink.port)
      assert.equal(result.kind, 'deferred')
      assert.match(result.text, /^The next server failed: it [a-z ]+$/)
      assert.equal(sink.taken(), 0)
    })

  it('is passed on printable and short', async () => {
    const text = `5.7.1 a\rb\0c\xff${'x'.repeat(1900)}`
    const result = await send((await sinkWith({ END: Buffer.from(`554 ${text}\r\n`, 'latin1') })).port)
    assert.equal(result.kind, 'refused')
    assert.match(result.text, /^[ -~]{1,480}$/)
  })
})

describe('content that would end twice', () => {
  const BAD = ['\n.\n', '\n.\r\n', '\r.\r', '\r\n.\n', '\r\n.\r', '\r\n.\r\r\n', 'a\rb', 'a\nb', 'end\r']
  for (const bad of BAD)
    it(`is refused and not ended: ${JSON.stringify(bad)}`, async () => {
      const sink = await sinkWith({})
      const content = `Subject: x\r\n\r\nbefore${bad}MAIL FROM:<evil@example.com>\r\n`
      assert.deepEqual(await send(sink.port, { content: bad === 'end\r' ? `Subject: x\r\n\r\n${bad}` : content }), {
        kind: 'refused',
        text: 'Message holds a bare CR or LF',
        status: '5.6.0',
      })
      await sink.idle()
      assert.equal(sink.taken(), 0)
      for (const seen of sink.contents) assert.doesNotMatch(seen.toString('latin1'), /\r(?!\n)|(?<!\r)\n/)
    })
})

describe('content that breaks off', () => {
  it('rejects, and the next server does not take the half', async () => {
    const sink = await sinkWith({})
    await assert.rejects(sendJob(sink.port, brokenJob(new Error('spool gone'))), /spool gone/)
    await sink.idle()
    assert.equal(sink.taken(), 0)
  })
})

describe('a next server that does not read', () => {
  it('defers when the time is over', async () => {
    const sink = await sinkWith({ EHLO: '250 sink.example' })
    const clock = fakeClock()
    const content = `Subject: x\r\n\r\n${'x'.repeat(32 * 1024 * 1024)}`
    const deaf = sink.deaf()
    const result = send(sink.port, { content }, clock)
    await deaf
    let settled = false
    void result.finally(() => (settled = true))
    while (!settled) {
      clock.advance(MINUTE)
      await setImmediate()
    }
    assert.deepEqual(await result, {
      kind: 'deferred',
      text: 'The next server failed: it did not take the content in time',
      status: '4.4.2',
    })
  })
})
