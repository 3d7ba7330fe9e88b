/** Lines of the log that wait for what becomes of a transaction (qpsmtpd logging/adaptive). */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keptLog } from '../../src/ports/log/kept-log.ts'
import type { OpenLog } from '../../src/ports/log/sink-log.ts'

interface Rig {
  readonly log: OpenLog
  readonly written: string[]
}

function rig(until: 'accepted' | 'refused', most = 100): Rig {
  const written: string[] = []
  const under: OpenLog = {
    write: (_level, _fields, text) => void written.push(text),
    lost: () => 1,
    reopen: () => undefined,
    close: async () => undefined,
  }
  return { log: keptLog(under, { until, most }), written }
}

const OVER = { of: 'transaction', refused: false } as const

describe('a place of the log that waits', () => {
  it('has all lines of a transaction when it ends without a refusal', () => {
    const { log, written } = rig('accepted')
    log.write('info', { connection: 'a' }, 'one')
    log.write('warn', { connection: 'a' }, 'two')
    assert.deepEqual(written, [])
    log.settle?.('a', OVER)
    assert.deepEqual(written, ['one', 'two'])
    log.settle?.('a', OVER)
    assert.deepEqual(written, ['one', 'two'])
  })

  it('has none when something was refused in it, and those of the next one all the same', () => {
    const { log, written } = rig('accepted')
    log.write('info', { connection: 'a' }, 'refused')
    log.settle?.('a', { ...OVER, refused: true })
    log.write('info', { connection: 'a' }, 'taken')
    log.settle?.('a', { of: 'session', refused: false })
    assert.deepEqual(written, ['taken'])
  })

  it('may be one for what was refused', () => {
    const { log, written } = rig('refused')
    log.write('info', { connection: 'a' }, 'refused')
    log.settle?.('a', { ...OVER, refused: true })
    log.write('info', { connection: 'a' }, 'taken')
    log.settle?.('a', OVER)
    assert.deepEqual(written, ['refused'])
  })

  it('knows sessions apart, and leaves out what belongs to none', () => {
    const { log, written } = rig('accepted')
    log.write('info', { connection: 'a' }, 'of a')
    log.write('info', { connection: 'b' }, 'of b')
    log.write('info', {}, 'of the server')
    log.settle?.('b', OVER)
    assert.deepEqual(written, ['of b'])
  })

  it('keeps so many lines of a session, and counts the others', () => {
    const { log, written } = rig('accepted', 2)
    for (const text of ['one', 'two', 'three']) log.write('info', { connection: 'a' }, text)
    log.settle?.('a', OVER)
    assert.deepEqual(written, ['two', 'three'])
    assert.equal(log.lost(), 2)
  })

  it('forgets the oldest sessions that nobody ends', () => {
    const { log, written } = rig('accepted')
    for (let session = 0; session <= 20_000; session += 1) log.write('info', { connection: `${session}` }, `${session}`)
    for (const session of ['0', '1', '20000']) log.settle?.(session, OVER)
    assert.deepEqual(written, ['1', '20000'])
    assert.equal(log.lost(), 2)
  })
})
