/** A reload succeeds whole or changes nothing, one at a time, and says how it ended. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Attempt, Reloader } from '../../../src/server/life/reloader.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import type { LogLine } from '../../support/smtp-rig.ts'

function reloader(attempt: () => Promise<Attempt>) {
  const [log, clock]: [LogLine[], ReturnType<typeof fakeClock>] = [[], fakeClock(5000)]
  const one = new Reloader('r1', {
    attempt,
    clock,
    log: { write: (level, fields, text) => log.push({ level, fields, text }) },
  })
  return { reloader: one, log, clock }
}

const SWAPPED: Attempt = { kind: 'swapped', revision: 'r2', warnings: [], restart: [] }
const PROBLEM = { code: 'CFG101', at: 'postern.yaml:3:1', message: 'unknown key `hostnam`' }
const REFUSED: Attempt = { kind: 'refused', problems: [PROBLEM] }

describe('a reload', () => {
  it('that succeeds says so, and since when', async () => {
    const { reloader: one, log, clock } = reloader(async () => SWAPPED)
    clock.advance(1000)
    await one.request()
    assert.deepEqual(one.status, { revision: 'r2', since: 6000, succeeded: 1, refused: 0, problems: [] })
    assert.deepEqual(
      log.map(({ level, fields, text }) => [level, fields['revision'], fields['before'], text]),
      [['info', 'r2', 'r1', 'the site was loaded again']],
    )
  })

  it('that is refused leaves what was, and says why with code and place', async () => {
    const { reloader: one, log } = reloader(async () => REFUSED)
    await one.request()
    assert.deepEqual(one.status, { revision: 'r1', since: 5000, succeeded: 0, refused: 1, problems: [PROBLEM] })
    assert.deepEqual(log[0], {
      level: 'error',
      fields: { code: 'CFG101', at: 'postern.yaml:3:1' },
      text: 'unknown key `hostnam`',
    })
    assert.equal(log[1]?.text, 'the reload was refused; the rules of before go on')
  })

  it('that throws is refused', async () => {
    const { reloader: one } = reloader(() => Promise.reject(new Error('disk gone')))
    await one.request()
    assert.deepEqual(one.status.problems, [{ code: 'files', at: '', message: 'disk gone' }])
  })

  it('that succeeds after one that was refused clears its problems', async () => {
    const attempts = [REFUSED, SWAPPED]
    const { reloader: one } = reloader(async () => attempts.shift() ?? SWAPPED)
    await one.request()
    await one.request()
    assert.deepEqual([one.status.succeeded, one.status.refused, one.status.problems], [1, 1, []])
  })

  it('names what needs a restart', async () => {
    const { reloader: one, log } = reloader(async () => ({ ...SWAPPED, restart: ['listen', 'workers'] }))
    await one.request()
    assert.equal(log.at(-1)?.fields['changed'], 'listen, workers')
  })

  it('runs alone: requests that come meanwhile are one more', async () => {
    let [running, most, runs] = [0, 0, 0]
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const { reloader: one } = reloader(async () => {
      running += 1
      most = Math.max(most, running)
      await gates[runs++]?.promise
      running -= 1
      return SWAPPED
    })
    const requests = [one.request(), one.request(), one.request()]
    gates[0]?.resolve()
    gates[1]?.resolve()
    await Promise.all(requests)
    assert.deepEqual([runs, most], [2, 1])
  })

  it('logs no more than twenty lines of problems', async () => {
    const problems = Array.from({ length: 101 }, () => PROBLEM)
    const { reloader: one, log } = reloader(async () => ({ kind: 'refused', problems }))
    await one.request()
    assert.equal(log.length, 21)
    assert.equal(log.at(-1)?.fields['problems'], 101)
  })
})
