/** Workers: started, restarted, brought to the same rules, ended in order. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Metrics } from '../../../src/server/life/metrics.ts'
import { WorkerPool } from '../../../src/server/life/worker-pool.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { immediate } from '../../support/immediate.ts'
import type { LogLine } from '../../support/smtp-rig.ts'
import { FakeChild } from './fake-child.ts'

function poolOf(count: number) {
  const [children, log, left, gone]: [FakeChild[], LogLine[], number[], number[]] = [[], [], [], []]
  const [clock, metrics] = [fakeClock(), new Metrics()]
  const pool = new WorkerPool({
    count,
    spawn: () => {
      const child = new FakeChild()
      children.push(child)
      return child
    },
    begin: (number) => ({ kind: 'begin', path: '/site/postern.yaml', number, maskKey: '' }),
    clock,
    log: { write: (level, fields, text) => log.push({ level, fields, text }) },
    metrics,
    left: (key) => left.push(key),
    announced: (key) => (key > 1 ? { limit: 'connections_per_client' } : { clientSessions: 3 }),
    gone: ({ number }) => gone.push(number),
  })
  const child = (index: number): FakeChild => children[index] ?? assert.fail(`no child ${index}`)
  return { pool, children, child, clock, log, left, gone, metrics }
}

/** Two workers that serve `r1`. */
async function serving() {
  const rig = poolOf(2)
  const started = rig.pool.start('r1')
  for (const child of rig.children) child.say({ kind: 'ready', revision: 'r1' })
  await started
  return rig
}

describe('a pool', () => {
  it('serves when all of its workers are ready', async () => {
    const { pool, child } = poolOf(2)
    const started = pool.start('r1')
    assert.deepEqual(child(1).heard, [{ kind: 'begin', path: '/site/postern.yaml', number: 2, maskKey: '' }])
    child(0).say({ kind: 'ready', revision: 'r1' })
    assert.deepEqual(pool.ready(), [])
    child(1).say({ kind: 'ready', revision: 'r1' })
    await started
    assert.deepEqual(
      pool.ready().map(({ number }) => number),
      [1, 2],
    )
  })

  it('does not start when one of them cannot', async () => {
    const { pool, child } = poolOf(2)
    const started = pool.start('r1')
    child(0).say({ kind: 'ready', revision: 'r1' })
    child(1).end(3)
    await assert.rejects(started, /Worker 2 ended before it was ready/)
  })

  it('does not start on files that changed meanwhile', async () => {
    const { pool, child } = poolOf(1)
    const started = pool.start('r1')
    child(0).say({ kind: 'ready', revision: 'r2' })
    await assert.rejects(started, /changed while the workers started/)
  })

  it('restarts who falls, after pauses that grow and are forgotten', async () => {
    const { pool, children, clock, log, gone } = poolOf(1)
    const started = pool.start('r1')
    const last = (): FakeChild => children.at(-1) ?? assert.fail('no child')
    last().say({ kind: 'ready', revision: 'r1' })
    await started
    for (const pause of [100, 200, 400, 800]) {
      const before = children.length
      last().end(null, 'SIGSEGV')
      assert.equal(log.at(-1)?.fields['restart_in_ms'], pause)
      clock.advance(pause - 1)
      assert.equal(children.length, before)
      clock.advance(1)
      assert.equal(children.length, before + 1)
    }
    assert.deepEqual(gone, [1, 1, 1, 1])
    last().say({ kind: 'ready', revision: 'r1' })
    clock.advance(59_999)
    last().say({ kind: 'report', sessions: 0, samples: [] })
    clock.advance(1)
    last().end(1)
    assert.equal(log.at(-1)?.fields['restart_in_ms'], 100)
  })

  it('ends a worker that is silent for a minute', async () => {
    const { child, clock, log } = await serving()
    clock.advance(30_000)
    child(0).say({ kind: 'report', sessions: 3, samples: [] })
    clock.advance(30_000)
    assert.deepEqual([child(0).signals, child(1).signals], [[], ['SIGKILL']])
    assert.ok(log.some(({ text }) => text.startsWith('a worker has not been heard of')))
  })

  it('says which connections are over', async () => {
    const { child, left } = await serving()
    child(0).say({ kind: 'left', key: 7 })
    assert.deepEqual(left, [7])
  })

  it('tells a worker whether the client of a proxy has a place', async () => {
    const { child } = await serving()
    for (const key of [1, 2]) child(1).say({ kind: 'announced', key, ip: '192.0.2.7' })
    assert.deepEqual(child(1).heard.slice(-2), [
      { kind: 'place', key: 1, clientSessions: 3 },
      { kind: 'place', key: 2, limit: 'connections_per_client' },
    ])
  })
})

describe('a reload of all workers', () => {
  it('happens everywhere when everybody could', async () => {
    const { pool, child } = await serving()
    const reload = pool.bringTo('r2')
    child(0).say({ kind: 'prepared', round: 1, revision: 'r2' })
    assert.deepEqual(child(0).kinds(), ['begin', 'prepare'])
    child(1).say({ kind: 'prepared', round: 1, revision: 'r2' })
    assert.deepEqual(await reload, { kind: 'agreed' })
    for (const one of [child(0), child(1)]) assert.deepEqual(one.kinds(), ['begin', 'prepare', 'commit'])
    assert.equal(pool.ready().length, 2)
  })

  it('happens nowhere when one could not', async () => {
    const { pool, child } = await serving()
    const problems = [{ code: 'LST601', at: 'postern.yaml:3:1', message: 'list file not found' }]
    const reload = pool.bringTo('r2')
    child(0).say({ kind: 'prepared', round: 1, revision: 'r2' })
    child(1).say({ kind: 'unprepared', round: 1, problems })
    assert.deepEqual(await reload, { kind: 'refused', problems })
    for (const one of [child(0), child(1)]) assert.equal(one.kinds().at(-1), 'abandon')
    assert.deepEqual(
      pool.ready().map(({ revision }) => revision),
      ['r1', 'r1'],
    )
  })

  it('happens nowhere when one read something else', async () => {
    const { pool, child } = await serving()
    const reload = pool.bringTo('r2')
    child(0).say({ kind: 'prepared', round: 1, revision: 'r3' })
    child(1).say({ kind: 'prepared', round: 1, revision: 'r2' })
    assert.deepEqual(await reload, { kind: 'different' })
  })

  it('does not wait for one that fell, nor for words of another round', async () => {
    const { pool, child } = await serving()
    const reload = pool.bringTo('r2')
    child(0).say({ kind: 'prepared', round: 0, revision: 'r1' })
    child(1).end(1)
    child(0).say({ kind: 'prepared', round: 1, revision: 'r2' })
    assert.deepEqual(await reload, { kind: 'agreed' })
  })
})

describe('a worker that was started after files changed', () => {
  it('waits for a reload', async () => {
    const { pool, child, clock } = await serving()
    child(1).end(1)
    clock.advance(100)
    child(2).say({ kind: 'ready', revision: 'r2' })
    assert.deepEqual(
      pool.ready().map(({ number }) => number),
      [1],
    )
    const reload = pool.bringTo('r2')
    for (const one of [child(0), child(2)]) one.say({ kind: 'prepared', round: 1, revision: 'r2' })
    await reload
    assert.equal(pool.ready().length, 2)
  })

  it('serves when nobody else is left', async () => {
    const { pool, child, clock } = await serving()
    child(1).end(1)
    clock.advance(100)
    child(2).say({ kind: 'ready', revision: 'r2' })
    child(0).end(1)
    assert.deepEqual(
      pool.ready().map(({ revision }) => revision),
      ['r2'],
    )
  })
})

describe('the end', () => {
  it('waits for everybody, and restarts nobody', async () => {
    const { pool, children, child, clock } = await serving()
    let over = false
    const stopped = pool.stop(30).then(() => (over = true))
    assert.deepEqual(child(0).heard.at(-1), { kind: 'stop', grace: 30 })
    assert.deepEqual(pool.ready(), [])
    child(0).end(0)
    await immediate()
    assert.equal(over, false)
    child(1).end(0)
    await stopped
    clock.advance(60_000)
    assert.equal(children.length, 2)
  })

  it('is forced on who does not end in time', async () => {
    const { pool, child, clock } = await serving()
    const stopped = pool.stop(30)
    clock.advance(40_000)
    await stopped
    assert.deepEqual([child(0).signals, child(1).signals], [['SIGKILL'], ['SIGKILL']])
  })
})
