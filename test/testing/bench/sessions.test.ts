/** Sessions that can be had again and again: each time in a world of its own, but with the site's policies remembered. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noPolicy, type PolicyPlan } from '../../../src/core/policy.ts'
import type { Rule } from '../../../src/core/program.ts'
import type { Truth } from '../../../src/core/truth.ts'
import { createDispatcher } from '../../../src/engine/dispatch.ts'
import { type BenchJudges, benchSession, digestOfSessions } from '../../../src/testing/bench/sessions.ts'
import type { SessionRecord } from '../../../src/testing/session-record.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { programOf, rule } from './watched.ts'

const PLAN: PolicyPlan = {
  refresh: 1,
  read: () => ({ ok: true, policy: { settings: new Map(), lists: { allow: [], block: [] }, skip: new Set() } }),
}

function judgesOf(rules: readonly Rule[], over: Partial<BenchJudges> = {}): BenchJudges {
  const dispatch = createDispatcher(programOf({ connect: rules }), { deadline: 1000, trace: false })
  return {
    dispatch,
    hostname: 'mx.example.org',
    world: { clock: fakeClock(), log: { write: () => undefined } },
    ...over,
  }
}

const MAIL: SessionRecord = { sender: 'a@b.example', rcpt: 'x@example.org' }

function visit(record: SessionRecord): { readonly record: SessionRecord; readonly message: undefined } {
  return { record, message: undefined }
}

const nothing = (): void => undefined

describe('sessions of a bench', () => {
  it('remember from step to step, and begin anew each time', async () => {
    const counts: unknown[] = []
    const counting: Rule = {
      ...rule('count', () => 'miss'),
      test: async ({ ports }): Promise<Truth> => {
        counts.push(await ports.store?.increment('sessions', 1, 60_000))
        return 'miss'
      },
    }
    const session = benchSession([visit({}), visit({})], undefined)
    for (let time = 0; time < 2; time += 1) await session.walk(judgesOf([counting]), nothing)
    assert.deepEqual(
      counts,
      [1, 2, 1, 2].map((value) => ({ kind: 'done', value })),
    )
  })

  it('ask for the policies of the site, unless they bring their own', async () => {
    const asked: unknown[] = []
    const policies = { find: (recipient: unknown) => (asked.push(recipient), noPolicy()) }
    const judges = judgesOf([], { policies, plan: PLAN })
    await benchSession([visit({ ...MAIL, policies: { 'x@example.org': {} } })], undefined).walk(judges, nothing)
    assert.equal(asked.length, 0)
    await benchSession([visit({ ...MAIL, policies: {} })], undefined).walk(judges, nothing)
    assert.equal(asked.length, 1)
  })

  it('say what they do not hold', async () => {
    const missing: string[] = []
    const asking: Rule = {
      ...rule('ask', () => 'miss'),
      test: async ({ ports }): Promise<Truth> =>
        (await ports.resolver.resolve('a.example', 'A')).kind === 'failed' ? 'unknown' : 'miss',
    }
    await benchSession([visit({ dns: { 'b.example A': 'NXDOMAIN' } })], undefined).walk(judgesOf([asking]), (what) =>
      missing.push(what),
    )
    assert.deepEqual(missing, ['DNS a.example A'])
  })

  it('are known again by what is asked, messages included', () => {
    const digest = (record: SessionRecord, message?: string): string =>
      digestOfSessions([
        benchSession([{ record, message: message === undefined ? undefined : Buffer.from(message) }], undefined),
      ])
    assert.equal(digest(MAIL, 'a'), digest({ ...MAIL }, 'a'))
    assert.equal(new Set([digest(MAIL), digest(MAIL, 'a'), digest(MAIL, 'b'), digest({ ...MAIL, sender: '' })]).size, 4)
  })
})
