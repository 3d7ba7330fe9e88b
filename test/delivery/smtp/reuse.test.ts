import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import type { DeliveryTarget } from '../../../src/core/delivery.ts'
import { deliveryJob, type JobParts } from '../../support/delivery-job.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { TRIPWIRE } from '../../support/no-network.ts'
import { type Answers, CLOSE, HANG } from '../../support/smtp-sink.ts'
import { sinkWith, targetTo } from '../../support/smtp-sinks.ts'

const MINUTE = 60_000

async function kindOf(target: DeliveryTarget, parts: JobParts = {}): Promise<string> {
  return (await target.deliver(deliveryJob(parts))).kind
}

const MESSAGE = ['MAIL FROM:<ann@example.net> SIZE=45 BODY=8BITMIME', 'RCPT TO:<bob@example.org>', 'DATA']

describe('a connection to the next server', () => {
  it('serves one message after the other, with RSET between them', async () => {
    const sink = await sinkWith()
    const target = targetTo(sink)
    for (let count = 0; count < 3; count += 1) assert.equal(await kindOf(target), 'delivered')
    const again = ['RSET', ...MESSAGE]
    assert.deepEqual(sink.commands, ['EHLO mx.example.org', ...MESSAGE, ...again, ...again])
    assert.deepEqual([sink.connections(), sink.taken()], [1, 3])
  })

  it('serves one message at a time', async () => {
    const sink = await sinkWith()
    const target = targetTo(sink)
    await Promise.all(Array.from({ length: 4 }, () => kindOf(target)))
    assert.deepEqual([sink.connections(), sink.taken()], [4, 4])
    await Promise.all(Array.from({ length: 4 }, () => kindOf(target)))
    assert.deepEqual([sink.connections(), sink.taken()], [4, 8])
  })

  it('is closed when it waited too long', async () => {
    const sink = await sinkWith()
    const clock = fakeClock()
    await kindOf(targetTo(sink, { idle_timeout: '30s' }), { ports: { clock } })
    clock.advance(29_999)
    assert.ok(!sink.commands.includes('QUIT'))
    clock.advance(1)
    await sink.reached('QUIT')
  })

  it('is closed when more wait than may', async () => {
    const sink = await sinkWith()
    const target = targetTo(sink, { idle_connections: 2 })
    await Promise.all(Array.from({ length: 5 }, () => kindOf(target)))
    await sink.reached('QUIT')
    await Promise.all([kindOf(target), kindOf(target)])
    assert.deepEqual([sink.connections(), sink.taken()], [5, 7])
  })

  it('is closed after each message when none may wait', async () => {
    const sink = await sinkWith()
    const target = targetTo(sink, { idle_connections: 0 })
    await kindOf(target)
    await kindOf(target)
    assert.equal(sink.connections(), 2)
  })

  it('serves on after the next server refused a message', async () => {
    const sink = await sinkWith({ RCPT: ['550 5.1.1 unknown', '250 ok'], END: ['554 5.7.1 spam', '250 queued'] })
    const target = targetTo(sink)
    assert.deepEqual(
      [await kindOf(target), await kindOf(target), await kindOf(target)],
      ['refused', 'refused', 'delivered'],
    )
    assert.equal(sink.connections(), 1)
  })

  for (const [what, EHLO] of [
    ['clear text', '250 sink.example'],
    ['TLS', '250-sink.example\r\n250 STARTTLS'],
  ] as const)
    it(`does not keep the process alive (${what})`, async () => {
      const sink = await sinkWith({ EHLO })
      const program = `
        import { smtpForward } from ${JSON.stringify(new URL('../../../src/delivery/smtp-forward.ts', import.meta.url))}
        import { systemClock } from ${JSON.stringify(new URL('../../../src/ports/system-clock.ts', import.meta.url))}
        import { deliveryTarget } from ${JSON.stringify(new URL('../../support/delivery-target.ts', import.meta.url))}
        import { deliveryJob } from ${JSON.stringify(new URL('../../support/delivery-job.ts', import.meta.url))}
        const target = deliveryTarget(smtpForward, { host: '127.0.0.1:${sink.port}', idle_timeout: '1h' })
        const { kind } = await target.deliver(deliveryJob({ ports: { clock: systemClock() } }))
        process.stdout.write(kind)`
      const child = spawn(process.execPath, [...TRIPWIRE, '--input-type=module', '--eval', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let output = ''
      child.stdout.on('data', (chunk) => (output += String(chunk)))
      assert.deepEqual(await once(child, 'close'), [0, null])
      assert.equal(output, 'delivered')
    })
})

describe('a connection that waits', () => {
  it('is not used after the server hung up', async () => {
    const sink = await sinkWith()
    const target = targetTo(sink)
    await kindOf(target)
    sink.hangUp()
    await sink.idle()
    assert.equal(await kindOf(target), 'delivered')
    assert.equal(sink.connections(), 2)
  })

  it('is not used after the server said something', async () => {
    const sink = await sinkWith()
    const target = targetTo(sink)
    await kindOf(target)
    sink.shout('421 4.4.2 idle for too long')
    await sink.idle()
    assert.equal(await kindOf(target), 'delivered')
    assert.ok(!sink.commands.includes('RSET'))
  })

  for (const [what, answer] of [
    ['refuses', '503 no'],
    ['ends at', CLOSE],
  ] as const)
    it(`is not used when the server ${what} RSET`, async () => {
      const sink = await sinkWith({ RSET: answer })
      const target = targetTo(sink)
      await kindOf(target)
      assert.equal(await kindOf(target), 'delivered')
      assert.deepEqual([sink.connections(), sink.taken()], [2, 2])
    })

  it('makes room for another when the server has had enough of it', async () => {
    const sink = await sinkWith({ MAIL: ['250 ok', '421 4.7.0 too many messages', '250 ok'] })
    const target = targetTo(sink)
    assert.deepEqual([await kindOf(target), await kindOf(target)], ['delivered', 'delivered'])
    assert.deepEqual([sink.connections(), sink.taken()], [2, 2])
  })

  it('is not used when the server does not answer RSET in time', async () => {
    const sink = await sinkWith({ RSET: HANG })
    const clock = fakeClock()
    const target = targetTo(sink, { idle_timeout: '1h' })
    await kindOf(target, { ports: { clock } })
    const second = kindOf(target, { ports: { clock } })
    await sink.reached('RSET')
    clock.advance(MINUTE)
    assert.equal(await second, 'delivered')
    assert.equal(sink.connections(), 2)
  })
})

describe('a connection is not used again', () => {
  const cases: readonly (readonly [string, Answers, string])[] = [
    ['when the server ended the session at MAIL', { MAIL: ['421 4.3.2 bye', '250 ok'] }, 'deferred'],
    ['when the server ended the session after the content', { END: ['421 4.3.2 bye', '250 queued'] }, 'deferred'],
    [
      'when the server said more than it was asked for',
      { END: ['250 queued\r\n250 again', '250 queued'] },
      'delivered',
    ],
    ['when the server answered nonsense', { RCPT: ['nonsense', '250 ok'] }, 'deferred'],
  ]
  for (const [what, answers, first] of cases)
    it(what, async () => {
      const sink = await sinkWith(answers)
      const target = targetTo(sink)
      assert.deepEqual([await kindOf(target), await kindOf(target)], [first, 'delivered'])
      assert.equal(sink.connections(), 2)
      assert.ok(!sink.commands.includes('RSET'))
    })

  it('when the content broke off', async () => {
    const sink = await sinkWith()
    const target = targetTo(sink)
    assert.equal(await kindOf(target, { content: 'Subject: x\r\n\r\na\nb\r\n' }), 'refused')
    assert.equal(await kindOf(target), 'delivered')
    assert.deepEqual([sink.connections(), sink.taken()], [2, 1])
  })

  it('when it stands for one client', async () => {
    const sink = await sinkWith({ EHLO: '250-sink.example\r\n250 XCLIENT ADDR' })
    const target = targetTo(sink, { xclient: true })
    assert.deepEqual([await kindOf(target), await kindOf(target)], ['delivered', 'delivered'])
    assert.equal(sink.connections(), 2)
  })
})
