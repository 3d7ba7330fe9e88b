/** An error that nobody caught ends no session but its own; many of them end the process in order. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import { guardProcess } from '../../../src/server/life/guards.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import type { LogLine } from '../../support/smtp-rig.ts'

function guarded() {
  const target = Object.assign(new EventEmitter(), { stdout: new EventEmitter(), stderr: new EventEmitter() })
  const [log, counted, clock]: [LogLine[], string[], ReturnType<typeof fakeClock>] = [[], [], fakeClock()]
  const ends = { count: 0 }
  const free = guardProcess(target, {
    log: { write: (level, fields, text) => log.push({ level, fields, text }) },
    clock,
    count: (origin) => counted.push(origin),
    giveUp: () => (ends.count += 1),
  })
  const fail = (times: number): void => {
    for (let count = 0; count < times; count += 1)
      target.emit('uncaughtException', new Error('boom'), 'uncaughtException')
  }
  return { target, log, counted, clock, ends, free, fail }
}

describe('an error that nobody caught', () => {
  it('is logged with its place and counted', () => {
    const { target, log, counted, ends } = guarded()
    target.emit('uncaughtException', new Error('boom'), 'unhandledRejection')
    assert.match(String(log[0]?.fields['error']), /^Error: boom\n\s+at /)
    assert.deepEqual([counted, ends.count], [['unhandledRejection'], 0])
  })

  it('may be anything', () => {
    const { target, log } = guarded()
    target.emit('uncaughtException', undefined, 'unhandledRejection')
    assert.equal(log[0]?.fields['error'], 'undefined')
  })

  it('ends the process in order when there are too many in a minute, once', () => {
    const { fail, ends } = guarded()
    fail(19)
    assert.equal(ends.count, 0)
    fail(5)
    assert.equal(ends.count, 1)
  })

  it('is forgotten after a minute', () => {
    const { fail, ends, clock } = guarded()
    fail(19)
    clock.advance(60_000)
    fail(19)
    assert.equal(ends.count, 0)
  })
})

it('a reader of our words who went away is no error', () => {
  const { target, log, free } = guarded()
  target.stderr.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  target.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  assert.deepEqual(log, [])
  free()
  assert.equal(target.listenerCount('uncaughtException'), 0)
})
