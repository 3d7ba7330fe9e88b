/** Handlers that throw, reject or never settle: no session hangs, and nothing gets in. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { HookContext } from '../../src/core/context.ts'
import type { Hook } from '../../src/core/hook.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Rule } from '../../src/core/program.ts'
import { ON_UNKNOWN } from '../../src/core/truth.ts'
import { type ReturnCode, verdict } from '../../src/core/verdict.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { immediate } from '../support/immediate.ts'
import { answer, DEADLINE, program, rule, situation } from './situation.ts'

const SESSIONS = 100
const DECIDING: readonly Hook[] = ['rcpt', 'data', 'queue']

/** Whatever is asked of them. */
const FAILURES: Readonly<Record<string, () => never | Promise<never>>> = {
  throws: () => {
    throw new Error('broken')
  },
  'throws something that is no error': () => {
    // oxlint-disable-next-line typescript/only-throw-error, no-throw-literal -- plugins can
    throw 'broken'
  },
  rejects: () => Promise.reject(new Error('broken')),
  'never settles': () => new Promise(() => undefined),
}

const WHERE: Readonly<Record<string, (fail: () => never | Promise<never>) => Partial<Rule>>> = {
  'its condition': (fail) => ({ test: fail, act: answer(verdict('OK')) }),
  'its answer': (fail) => ({ act: fail }),
}

async function decide(failing: Rule, hook: Hook): Promise<Outcome> {
  const { at, clock } = situation()
  const dispatch = createDispatcher(program({ [hook]: { fragile: [failing] } }), { deadline: DEADLINE, trace: true })
  const deciding = Promise.resolve(dispatch(at(hook)))
  clock.advance(DEADLINE)
  await immediate()
  clock.advance(DEADLINE)
  const outcome = await deciding
  assert.equal(clock.pending(), 0, 'a timer is left behind')
  return outcome
}

describe('a handler that fails', () => {
  for (const [how, fail] of Object.entries(FAILURES))
    for (const [where, parts] of Object.entries(WHERE))
      for (const onUnknown of ON_UNKNOWN)
        it(`${where} ${how}, on_unknown: ${onUnknown}: nobody waits, nobody gets in`, async () => {
          const failing = rule('fragile', { ...parts(fail), onUnknown })
          const outcomes = await Promise.all(
            DECIDING.flatMap((hook) => Array.from({ length: SESSIONS }, () => decide(failing, hook))),
          )
          const expected: ReturnCode = onUnknown === 'skip' ? 'DECLINED' : 'DENYSOFT'
          assert.deepEqual(new Set(outcomes.map((outcome) => outcome.verdict.code)), new Set([expected]))
          assert.equal(outcomes.length, SESSIONS * DECIDING.length)
        })

  it('keeps the next plugin from accepting, unless it is to be skipped', async () => {
    for (const [onUnknown, expected] of [
      ['defer', 'DENYSOFT'],
      ['skip', 'OK'],
    ] as const) {
      const { at } = situation()
      const dispatch = createDispatcher(
        program({
          rcpt: {
            fragile: [rule('breaks', { onUnknown, act: () => Promise.reject(new Error('broken')) })],
            rcpt_ok: [rule('all', { act: answer(verdict('OK')) })],
          },
        }),
        { deadline: DEADLINE, trace: false },
      )
      assert.equal((await dispatch(at('rcpt'))).verdict.code, expected)
    }
  })

  it('is deferred with 421 where the hook knows no other refusal for now', async () => {
    const { verdict: said } = await decide(
      rule('breaks', { onUnknown: 'defer', act: () => Promise.reject(new Error('broken')) }),
      'data_headers_end',
    )
    assert.equal(said.code, 'DENYSOFT_DISCONNECT')
  })

  it('is passed over where the hook can only look on', async () => {
    const { verdict: said } = await decide(
      rule('breaks', { onUnknown: 'defer', act: () => Promise.reject(new Error('broken')) }),
      'queue_post',
    )
    assert.equal(said.code, 'DECLINED')
  })

  it('is named in the log, with the reason', async () => {
    const { at, log } = situation()
    const failing = rule('breaks', { onUnknown: 'defer', act: () => Promise.reject(new Error('out of cheese')) })
    const dispatch = createDispatcher(program({ rcpt: { fragile: [failing] } }), { deadline: DEADLINE, trace: true })
    const { trace } = await dispatch(at('rcpt'))
    assert.deepEqual(
      log.map(({ level, fields: { plugin, because } }) => [level, plugin, because]),
      [['error', 'fragile', 'Error: out of cheese']],
    )
    assert.equal(trace?.[0]?.note, 'Error: out of cheese')
  })
})

describe('what a handler answers', () => {
  const WRONG: Readonly<Record<string, Rule['act']>> = {
    'a code that is none': answer({ code: 'ACCEPT' as ReturnCode }),
    'a code that the hook does not accept': answer(verdict('DONE')),
    'a message that is no text': answer(JSON.parse('{ "code": "DENY", "message": 5 }')),
    'a hook that has gone by': answer({ code: 'DENY', replyAt: 'mail' }),
    'a hook that is none': answer({ code: 'DENY', replyAt: 'RCPT' as Hook }),
    'a hook that cannot refuse': answer({ code: 'DENY', replyAt: 'received_line' }),
    'an effect that is none': () => ({ effects: [JSON.parse('{ "kind": "explode" }')], verdict: verdict('OK') }),
    'a header field with a name that is none': answer(verdict('OK'), [{ kind: 'add_header', name: 'X Y', value: 'v' }]),
    'a score that is no number': answer(verdict('OK'), [{ kind: 'add_score', amount: Number.NaN }]),
    'a delay without end': answer(verdict('OK'), [{ kind: 'delay', milliseconds: Infinity }]),
    'a note that is a map': answer(verdict('OK'), [
      JSON.parse('{ "kind": "set_note", "scope": "connection", "name": "n", "value": {} }'),
    ]),
  }
  for (const [what, act] of Object.entries(WRONG))
    it(`${what} is a failure, and changes nothing`, async () => {
      const { at } = situation()
      const hook = what.startsWith('a code that the hook') ? 'queue' : 'rcpt'
      const failing = rule('wrong', { onUnknown: 'defer', act })
      const dispatch = createDispatcher(program({ [hook]: { wrong: [failing] } }), { deadline: DEADLINE, trace: false })
      const { verdict: said, delay } = await dispatch(at(hook))
      const { connection, transaction } = at(hook)
      assert.equal(said.code, 'DENYSOFT')
      assert.equal(delay, 0)
      assert.equal(connection.score, 0)
      assert.deepEqual([connection.notes.size, connection.delayed, transaction?.delayed], [0, [], []])
    })

  it('OK is refused when its condition could not be found out', async () => {
    const { verdict: said } = await decide(
      rule('generous', { test: () => 'unknown', onUnknown: 'match', act: answer(verdict('OK')) }),
      'rcpt',
    )
    assert.equal(said.code, 'DENYSOFT')
  })
})

describe('an answer that comes too late', () => {
  /** A handler that answers when it is told to. */
  function dawdler(): { rule: Rule; finish: () => void; seen: HookContext[] } {
    const seen: HookContext[] = []
    let finish = (): void => undefined
    const waiting = new Promise<void>((resolve) => {
      finish = resolve
    })
    const test = async (context: HookContext): Promise<'hit'> => {
      seen.push(context)
      await waiting
      context.trace?.push({ at: 'late', test: 'late', truth: 'hit' })
      context.found.set('late', 'late')
      return 'hit'
    }
    const act = answer(verdict('OK'), [{ kind: 'add_score', amount: 1000 }])
    return { rule: rule('dawdler', { test, act, onUnknown: 'defer' }), finish, seen }
  }

  it('changes neither the decision nor the session nor the trace', async () => {
    const { at, clock } = situation()
    const { rule: late, finish } = dawdler()
    const dispatch = createDispatcher(program({ rcpt: { late: [late] } }), { deadline: DEADLINE, trace: true })
    const deciding = dispatch(at('rcpt'))
    clock.advance(DEADLINE)
    const outcome = await deciding
    const before = JSON.stringify(outcome)
    finish()
    await immediate()
    assert.equal(outcome.verdict.code, 'DENYSOFT')
    assert.equal(JSON.stringify(outcome), before)
    assert.equal(at('rcpt').connection.score, 0)
  })

  it('is announced to the handler by its signal, whether it asks for it before or after', async () => {
    const { at, clock } = situation()
    const [first, second] = [dawdler(), dawdler()]
    const dispatch = createDispatcher(
      program({ rcpt: { late: [{ ...first.rule, onUnknown: 'skip' }, second.rule] } }),
      { deadline: DEADLINE, trace: false },
    )
    const deciding = dispatch(at('rcpt'))
    const early = first.seen[0]?.signal
    assert.equal(early?.aborted, false)
    clock.advance(DEADLINE)
    await immediate()
    clock.advance(DEADLINE)
    await deciding
    assert.equal(early.aborted, true)
    assert.equal(second.seen[0]?.signal?.aborted, true)
  })

  it('is in time when it comes with the deadline', async () => {
    const { at, clock } = situation()
    const { rule: late, finish } = dawdler()
    const dispatch = createDispatcher(program({ rcpt: { late: [late] } }), { deadline: DEADLINE, trace: false })
    const deciding = dispatch(at('rcpt'))
    clock.advance(DEADLINE - 1)
    finish()
    assert.equal((await deciding).verdict.code, 'OK')
    assert.equal(clock.pending(), 0)
  })
})
