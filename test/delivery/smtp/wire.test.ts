import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SmtpWire } from '../../../src/delivery/smtp/wire.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { sinkWith } from '../../support/smtp-sinks.ts'

async function wireTo(port: number, signal = new AbortController().signal): Promise<SmtpWire> {
  const peer = { kind: 'host', host: '127.0.0.1', port, name: 'localhost' } as const
  return SmtpWire.open({ peer, timeout: 60_000, clock: fakeClock(), signal })
}

describe('SmtpWire', () => {
  it('writes nothing as a command that could be two', async () => {
    const sink = await sinkWith()
    const wire = await wireTo(sink.port)
    await wire.reply()
    for (const line of ['NOOP\r\nDATA', 'NOOP\nDATA', 'NOOP\rDATA', 'NOOP\0'])
      await assert.rejects(wire.command(line), /must not hold CR, LF or NUL/)
    assert.equal((await wire.command('RSET')).code, 250)
    assert.deepEqual(sink.commands, ['RSET'])
    wire.quit()
  })

  it('can take a command when it has heard all it asked for', async () => {
    const sink = await sinkWith()
    const wire = await wireTo(sink.port)
    assert.equal(wire.isUsable, false)
    await wire.reply()
    assert.equal(wire.isUsable, true)
    wire.abort()
    assert.equal(wire.isUsable, false)
    await assert.rejects(wire.command('NOOP'), /we closed the connection/)
  })

  it('ends at once when its time was over before it began', async () => {
    const sink = await sinkWith()
    await assert.rejects(wireTo(sink.port, AbortSignal.abort()), /the delivery took too long/)
  })
})
