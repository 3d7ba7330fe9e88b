/** What rules take, measured by a clock that only rules move. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Program } from '../../../src/core/program.ts'
import type { MaybePromise, Truth } from '../../../src/core/truth.ts'
import { createDispatcher } from '../../../src/engine/dispatch.ts'
import { runBench } from '../../../src/testing/bench/run-bench.ts'
import type { BenchSession } from '../../../src/testing/bench/sessions.ts'
import { timedRules } from '../../../src/testing/bench/timed-rules.ts'
import { contextAt } from '../../support/hook-context.ts'
import { figuresFrom, planOf, programOf, rule, sessionAt, sideOf, slowProgram, Watch } from './watched.ts'

describe('bench', () => {
  for (const look of [0, 7])
    it(`says what hooks and rules take, where a look at the clock takes ${look} ns`, async () => {
      const watch = new Watch(look)
      const run = await runBench(planOf(watch, slowProgram(watch)))
      const { hooks, rules, decisions, decision, decisions_per_second: rate, rounds } = figuresFrom(run)
      assert.equal(rounds, 5)
      assert.deepEqual([decisions, decision.ns, rate], [3, 1000, 1_000_000])
      assert.deepEqual(decision, { ns: 1000, yardsticks: 10, spread: 0 })
      const shown = hooks.map(({ hook, asked, median: middle, mean, share }) => [
        hook,
        asked,
        middle.ns,
        mean.yardsticks,
        share,
      ])
      assert.deepEqual(shown, [
        ['connect', 1, 1000, 10, 1000 / 3000],
        ['mail', 2, 1000, 10, 2000 / 3000],
      ])
      assert.deepEqual(
        rules.map(({ hook, plugin, rule: id, asked, mean, share }) => [
          `${hook} ${plugin}/${id}`,
          asked,
          mean.ns,
          share,
        ]),
        [
          ['connect p/slow', 1, 1000, 1 / 3],
          ['mail p/first', 2, 500, 1 / 3],
          ['mail p/last', 2, 500, 1 / 3],
          ['mail p/never', 0, 0, 0],
        ],
      )
    })

  it('compares with other rules round by round, whatever the clock does between rounds', async () => {
    const watch = new Watch()
    const [ours, theirs] = [slowProgram(watch, 3), slowProgram(watch, 2)]
    let pace = 1
    const plan = planOf(watch, ours, { base: sideOf(theirs), onRound: () => (pace += 1), yardstick: () => 100 * pace })
    const { base, hooks, rules } = figuresFrom(await runBench(plan))
    assert.deepEqual(base, { ratio: 1.5, spread: 0 })
    assert.deepEqual(
      hooks.map((one) => one.base?.ratio),
      [1.5, 1.5],
    )
    assert.deepEqual(
      rules.map((one) => one.base?.ratio),
      [1.5, 1.5, 1.5, undefined],
    )
  })

  it('lets both have the first turn', async () => {
    const watch = new Watch()
    const turns: string[] = []
    const named = (name: string): Program =>
      programOf({
        connect: [
          rule('a', () => {
            if (turns.at(-1) !== name) turns.push(name)
            watch.passes(1e7)
            return 'miss'
          }),
        ],
      })
    await runBench(planOf(watch, named('ours'), { base: sideOf(named('base')), sessions: [sessionAt('connect')] }))
    // A warm-up, then rounds that begin in turns; one who ends a round and begins the next stands here once.
    assert.deepEqual(turns, ['ours', 'base', 'ours', 'base', 'ours', 'base', 'ours', 'base'])
  })

  it('goes on for as long as it is told', async () => {
    const watch = new Watch()
    const passes = programOf({
      connect: [
        rule('a', () => {
          watch.passes(1e7)
          return 'miss'
        }),
      ],
    })
    const { rounds } = await runBench(planOf(watch, passes, { sessions: [sessionAt('connect')], duration: 20e7 }))
    assert.equal(rounds.length, 10)
  })

  it('leaves out what is no session, and counts those that do not hold all that is asked', async () => {
    const watch = new Watch()
    const broken: BenchSession = { digest: 'b', walk: () => Promise.reject(new Error('it is no session')) }
    const silent: BenchSession = { digest: 's', walk: async (_, onMissing) => onMissing('DNS a A') }
    const run = await runBench(planOf(watch, slowProgram(watch), { sessions: [broken, silent, sessionAt('connect')] }))
    const { sessions } = figuresFrom(run)
    assert.deepEqual([sessions.held, sessions.left_out, sessions.unanswered], [2, 1, 1])
    assert.deepEqual(run.faults, ['it is no session'])
    const none = await runBench(planOf(watch, slowProgram(watch), { sessions: [broken] }))
    assert.deepEqual([none.rounds, none.sessions], [[], []])
  })

  it('counts the time of hooks that are told of others in those others', async () => {
    const watch = new Watch()
    const told = rule('told', () => {
      watch.passes(50)
      return 'miss'
    })
    const deny = rule('no', () => 'hit', { act: () => ({ effects: [], verdict: { code: 'DENY' } }) })
    const run = await runBench(
      planOf(watch, programOf({ connect: [deny], deny: [told] }), { sessions: [sessionAt('connect')] }),
    )
    const { hooks, rules } = figuresFrom(run)
    assert.deepEqual(
      hooks.map(({ hook, mean }) => [hook, mean.ns]),
      [['connect', 50]],
    )
    assert.deepEqual(
      rules.map(({ hook, asked, mean }) => [hook, asked, mean.ns]),
      [
        ['connect', 1, 0],
        ['deny', 1, 50],
      ],
    )
  })
})

describe('timed rules', () => {
  it('decide what they decide anyway, now or later, and with the condition of their entry', async () => {
    const watch = new Watch()
    for (const truth of ['hit', 'miss', 'unknown'] as const)
      for (const scope of ['hit', 'miss', 'unknown'] as const)
        for (const late of [false, true]) {
          const answer = (given: Truth) => (): MaybePromise<Truth> => (late ? setImmediate(given) : given)
          const own = rule('a', answer(truth), {
            onUnknown: 'defer',
            act: () => ({ effects: [], verdict: { code: 'DENY' } }),
          })
          const chains = new Map([['connect' as const, [{ plugin: 'p', scope: answer(scope), rules: [own] }]]])
          const plain: Program = { revision: 'r', plugins: ['p'], chains }
          const { program, tallies } = timedRules(plain, watch.look, 0)
          const decide = async (one: Program) =>
            (await createDispatcher(one, { deadline: 1000, trace: false })(contextAt('connect'))).verdict
          assert.deepEqual(await decide(program), await decide(plain))
          assert.equal(tallies[0]?.taken.length, 1)
        }
  })

  it('are timed until they answer', async () => {
    const watch = new Watch()
    const late = rule('late', async (): Promise<Truth> => {
      await setImmediate()
      watch.passes(40)
      return 'miss'
    })
    const { program, tallies } = timedRules(programOf({ connect: [late] }), watch.look, 0)
    await createDispatcher(program, { deadline: 1000, trace: false })(contextAt('connect'))
    assert.deepEqual(tallies[0]?.taken, [40])
  })
})
