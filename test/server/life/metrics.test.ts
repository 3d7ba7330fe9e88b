/** What is counted, and how Prometheus reads it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { verdict } from '../../../src/core/verdict.ts'
import { countedDispatch, countedLog } from '../../../src/server/life/counted.ts'
import { exposition, labelled, METRICS, Metrics, sample } from '../../../src/server/life/metrics.ts'
import { processSamples } from '../../../src/server/life/process-samples.ts'
import { outcomeOf } from '../../support/smtp-rig.ts'
import { contextAt } from '../../support/hook-context.ts'

describe('metrics', () => {
  it('are a line for each series, under one heading for each name', () => {
    const metrics = new Metrics()
    metrics.watch(() => [sample('postern_sessions', 3)])
    for (const hook of ['rcpt', 'mail', 'rcpt']) metrics.count('postern_decisions_total', { hook, code: 'DENY' })
    assert.equal(
      exposition(metrics.samples()),
      [
        '# HELP postern_sessions Sessions that are open',
        '# TYPE postern_sessions gauge',
        'postern_sessions 3',
        '# HELP postern_decisions_total Decisions of policy, by hook and return code',
        '# TYPE postern_decisions_total counter',
        'postern_decisions_total{hook="rcpt",code="DENY"} 2',
        'postern_decisions_total{hook="mail",code="DENY"} 1',
        '',
      ].join('\n'),
    )
  })

  it('keep the workers apart', () => {
    const text = exposition(labelled([sample('postern_sessions', 1)], { worker: '2' }))
    assert.match(text, /^postern_sessions\{worker="2"\} 1$/m)
  })

  it('escape what a label must not hold', () => {
    assert.match(
      exposition([sample('postern_info', 1, { revision: 'a"b\\c\nd' })]),
      /\{revision="a\\"b\\\\c\\nd"\} 1$/m,
    )
  })

  it('have names that Prometheus accepts, and counters that say so', () => {
    for (const [name, { type }] of Object.entries(METRICS)) {
      assert.match(name, /^[a-z_]+$/)
      assert.equal(name.endsWith('_total'), type === 'counter', name)
    }
  })
})

describe('what passes through', () => {
  it('a dispatcher is counted, whether it answers now or later', async () => {
    const metrics = new Metrics()
    const now = countedDispatch(({ hook }) => outcomeOf(hook, verdict('OK')), metrics)
    const later = countedDispatch(({ hook }) => Promise.resolve(outcomeOf(hook, verdict('DENY'))), metrics)
    assert.equal(now(contextAt('pre_connection')) instanceof Promise, false)
    await later(contextAt('rcpt'))
    assert.deepEqual(
      metrics.samples().map(({ name, labels, value }) => [name, labels, value]),
      [
        ['postern_sessions_total', {}, 1],
        ['postern_decisions_total', { hook: 'pre_connection', code: 'OK' }, 1],
        ['postern_decisions_total', { hook: 'rcpt', code: 'DENY' }, 1],
      ],
    )
  })

  it('a log is counted by level', () => {
    const metrics = new Metrics()
    const texts: string[] = []
    const log = countedLog({ write: (_level, _fields, text) => texts.push(text) }, metrics)
    log.write('warn', {}, 'careful')
    assert.deepEqual(texts, ['careful'])
    assert.deepEqual(metrics.samples()[0]?.labels, { level: 'warn' })
  })
})

it('the process is measured: memory, lateness, and no number that is none', () => {
  const look = processSamples()
  const samples = [...look(), ...look()]
  assert.ok(samples.some(({ name, value }) => name === 'process_resident_memory_bytes' && value > 1_000_000))
  assert.ok(samples.some(({ name }) => name === 'postern_event_loop_delay_seconds'))
  for (const { name, value } of samples) assert.ok(Number.isFinite(value) && value >= 0, name)
})
