/** What the dispatcher does around the rules: effects in order, deny and ok, delayed refusals, no promise without need. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { HookContext } from '../../src/core/context.ts'
import type { Hook } from '../../src/core/hook.ts'
import type { Rule } from '../../src/core/program.ts'
import { truthOf } from '../../src/core/truth.ts'
import { type Verdict, verdict } from '../../src/core/verdict.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { answer, DEADLINE, now, program, rule, situation } from './situation.ts'

const OPTIONS = { deadline: DEADLINE, trace: true }

describe('effects', () => {
  it('are seen by the next rule of the same hook', () => {
    const { at } = situation()
    const dispatch = createDispatcher(
      program({
        rcpt: {
          first: [
            rule('counts', {
              act: () => ({
                effects: [
                  { kind: 'add_score', amount: -3 },
                  { kind: 'set_note', scope: 'transaction', name: 'seen', value: true },
                  { kind: 'set_flag', flag: 'relay_client', value: true },
                ],
              }),
            }),
          ],
          second: [
            rule('looks', {
              test: ({ connection, transaction }) =>
                truthOf(connection.score === -3 && connection.relayClient && transaction?.notes.get('seen') === true),
              act: answer(verdict('OK')),
            }),
          ],
        },
      }),
      OPTIONS,
    )
    assert.equal(now(dispatch(at('rcpt'))).by?.plugin, 'second')
  })

  it('edit the message in the order given, each new field on top', () => {
    const { at } = situation()
    const dispatch = createDispatcher(
      program({
        data_post: {
          edits: [
            rule('edits', {
              act: () => ({
                effects: [
                  { kind: 'add_header', name: 'X-A', value: '1' },
                  { kind: 'add_header', name: 'X-B', value: '2' },
                  { kind: 'replace_header', name: 'x-a', value: '3' },
                  { kind: 'remove_header', name: 'SUBJECT' },
                ],
              }),
            }),
          ],
        },
      }),
      OPTIONS,
    )
    now(dispatch(at('data_post')))
    assert.equal(at('data_post').transaction?.message?.head().toString('latin1'), 'x-a: 3\r\nX-B: 2\r\n\r\n')
  })

  it('add up the time to wait', () => {
    const { at } = situation()
    const wait = (id: string, milliseconds: number): Rule =>
      rule(id, { act: () => ({ effects: [{ kind: 'delay', milliseconds }] }) })
    const dispatch = createDispatcher(
      program({ rcpt: { a: [wait('a', 100)], b: [wait('b', 20), wait('c', 3)] } }),
      OPTIONS,
    )
    assert.equal(now(dispatch(at('rcpt'))).delay, 123)
  })

  it('are left out in monitor mode, the answer with them', () => {
    const { at } = situation()
    const act = answer(verdict('DENY', 'no'), [
      { kind: 'add_score', amount: 1 },
      { kind: 'delay', milliseconds: 9 },
    ])
    const dispatch = createDispatcher(program({ rcpt: { a: [rule('a', { mode: 'monitor', act })] } }), OPTIONS)
    const outcome = now(dispatch(at('rcpt')))
    assert.equal(at('rcpt').connection.score, 0)
    assert.deepEqual([outcome.verdict.code, outcome.by, outcome.delay], ['DECLINED', undefined, 0])
    assert.deepEqual(outcome.monitored, [
      { plugin: 'a', rule: 'a', at: 'test.yaml:1:1', verdict: { code: 'DENY', message: 'no' } },
    ])
    assert.equal(outcome.trace?.[0]?.monitored, true)
  })
})

describe('deny and ok', () => {
  function told(verdicts: Partial<Record<Hook, Verdict>>, async = false): { run: () => Promise<string[]> } {
    const { at } = situation()
    const heard: string[] = []
    const listen = (hook: Hook): Rule =>
      rule(hook, {
        test: (context: HookContext) => {
          heard.push(
            `${context.hook} ${context.decided?.hook} ${context.decided?.verdict.code} ${context.decided?.by?.plugin}`,
          )
          return async ? Promise.resolve('hit' as const) : 'hit'
        },
      })
    const speakers = Object.entries(verdicts).map(([hook, said]) => [hook, { p: [rule(hook, { act: answer(said) })] }])
    const dispatch = createDispatcher(
      program({ ...Object.fromEntries(speakers), deny: { karma: [listen('deny')] }, ok: { karma: [listen('ok')] } }),
      OPTIONS,
    )
    return {
      run: async () => {
        for (const hook of Object.keys(verdicts)) await dispatch(at(hook as Hook))
        return heard
      },
    }
  }

  for (const async of [false, true])
    it(`are told of each decision once, with what was decided${async ? ', later too' : ''}`, async () => {
      const verdicts = {
        mail: verdict('OK'),
        rcpt: verdict('DENY'),
        data: verdict('DECLINED'),
        queue: verdict('DENYSOFT'),
      }
      assert.deepEqual(await told(verdicts, async).run(), [
        'ok mail OK p',
        'deny rcpt DENY p',
        'ok data DECLINED undefined',
        'deny queue DENYSOFT p',
      ])
    })

  it('cannot change what was decided', () => {
    const { at } = situation()
    const dispatch = createDispatcher(
      program({
        rcpt: { p: [rule('p', { act: answer(verdict('DENY')) })] },
        deny: { q: [rule('q', { act: answer(verdict('OK'), [{ kind: 'add_score', amount: -1 }]) })] },
      }),
      OPTIONS,
    )
    assert.equal(now(dispatch(at('rcpt'))).verdict.code, 'DENY')
  })
})

describe('a refusal that waits', () => {
  const put = (id: string, at: Hook): Rule => rule(id, { act: answer({ code: 'DENY', message: id, replyAt: at }) })

  it('is spoken at its hook when its plugin has its turn, before later plugins', () => {
    const { at } = situation()
    const dispatch = createDispatcher(
      program({
        mail: { first: [], second: [put('late', 'rcpt')] },
        rcpt: { third: [rule('ok', { act: answer(verdict('OK')) })] },
      }),
      OPTIONS,
    )
    assert.equal(now(dispatch(at('mail'))).verdict.code, 'DECLINED')
    assert.deepEqual(now(dispatch(at('rcpt'))).by, { plugin: 'second', rule: 'late', at: 'test.yaml:1:1' })
  })

  it('is not lifted when its plugin puts another one aside', () => {
    const { at } = situation()
    const dispatch = createDispatcher(
      program({ mail: { p: [put('first', 'rcpt')] }, rcpt: { p: [put('second', 'data')] } }),
      OPTIONS,
    )
    now(dispatch(at('mail')))
    assert.equal(now(dispatch(at('rcpt'))).by?.rule, 'first')
    assert.equal(now(dispatch(at('data'))).by?.rule, 'second')
  })

  it('is kept once, however often its rule hits', () => {
    const { at } = situation()
    let count = 0
    const act: Rule['act'] = () => ({
      effects: [],
      verdict: { code: 'DENY', message: `${(count += 1)}`, replyAt: 'rcpt' },
    })
    const dispatch = createDispatcher(program({ ehlo: { p: [rule('again', { act })] } }), OPTIONS)
    for (let times = 0; times < 50; times += 1) now(dispatch(at('ehlo')))
    assert.deepEqual(
      at('ehlo').connection.delayed.map((one) => one.verdict.message),
      ['50'],
    )
  })

  it('is heard by every recipient and is gone with its transaction', () => {
    const { at } = situation()
    const dispatch = createDispatcher(program({ mail: { p: [put('late', 'rcpt')] } }), OPTIONS)
    now(dispatch(at('mail')))
    const context = at('rcpt')
    assert.equal(now(dispatch(context)).verdict.code, 'DENY')
    assert.equal(now(dispatch(context)).verdict.code, 'DENY')
    assert.equal(now(dispatch({ ...context, transaction: undefined })).verdict.code, 'DECLINED')
  })
})

describe('a chain of rules that need not wait', () => {
  it('is decided without a promise: conditions, effects, delayed refusals, deny and ok', () => {
    const { at } = situation()
    const dispatch = createDispatcher(
      program({
        mail: { p: [rule('put', { exempt: () => 'miss', act: answer({ code: 'DENY', replyAt: 'rcpt' }) })] },
        rcpt: { q: [rule('q', { act: answer(verdict('OK')) })], p: [rule('p')] },
        deny: { k: [rule('k')] },
        ok: { k: [rule('k')] },
      }),
      OPTIONS,
    )
    for (const hook of ['mail', 'rcpt', 'data'] as const) assert.ok(!(dispatch(at(hook)) instanceof Promise), hook)
  })

  it('goes through ten thousand rules', () => {
    const { at } = situation()
    const rules = Array.from({ length: 10_000 }, (_, index) => rule(`r${index}`, { test: () => 'miss' }))
    const dispatch = createDispatcher(program({ rcpt: { p: rules } }), { deadline: DEADLINE, trace: false })
    assert.equal(now(dispatch(at('rcpt'))).verdict.code, 'DECLINED')
  })

  it('goes through ten thousand rules that do wait', async () => {
    const { at } = situation()
    const rules = Array.from({ length: 10_000 }, (_, index) =>
      rule(`r${index}`, { test: () => Promise.resolve('miss') }),
    )
    const dispatch = createDispatcher(program({ rcpt: { p: rules } }), { deadline: DEADLINE, trace: false })
    assert.equal((await dispatch(at('rcpt'))).verdict.code, 'DECLINED')
  })
})
