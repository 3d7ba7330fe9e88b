/** What a bench must keep to, and what it is compared with. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { comparedWith, doubtsAbout, isBaseline } from '../../../src/testing/bench/baseline.ts'
import { judgeBudget, judgeRatio, parseBudget } from '../../../src/testing/bench/gates.ts'
import type { BenchFigures } from '../../../src/testing/bench/report.ts'
import { runBench } from '../../../src/testing/bench/run-bench.ts'
import { figuresFrom, planOf, sideOf, slowProgram, Watch } from './watched.ts'

describe('budgets', () => {
  it('are a hook and a time, or a multiple of the yardstick', () => {
    assert.deepEqual(parseBudget('rcpt=200us'), { hook: 'rcpt', most: 200_000, unit: 'ns' })
    assert.deepEqual(parseBudget('rcpt=200µs'), { hook: 'rcpt', most: 200_000, unit: 'ns' })
    assert.deepEqual(parseBudget('data_post=1.5ms'), { hook: 'data_post', most: 1_500_000, unit: 'ns' })
    assert.deepEqual(parseBudget('rcpt=40x'), { hook: 'rcpt', most: 40, unit: 'x' })
    for (const wrong of ['rcpt', 'rcpt=', 'rcpt=5', 'rcpt=5 weeks', '=5ms', 'rcpt=-5ms', 'rcpt<5ms'])
      assert.equal(parseBudget(wrong), undefined, wrong)
  })

  it('are met by the median of the hook, up to the limit itself; never by a hook that was not asked', async () => {
    const watch = new Watch()
    const figures = figuresFrom(await runBench(planOf(watch, slowProgram(watch))))
    const passed = (most: number, unit: 'ns' | 'x', hook = 'mail'): boolean =>
      judgeBudget({ hook, most, unit }, figures).passed
    assert.deepEqual(
      [passed(1000, 'ns'), passed(999, 'ns'), passed(10, 'x'), passed(9.9, 'x')],
      [true, false, true, false],
    )
    assert.equal(passed(1e12, 'ns', 'rcpt'), false)
  })

  it('may be a ratio to other rules', async () => {
    const watch = new Watch()
    const compared = figuresFrom(
      await runBench(planOf(watch, slowProgram(watch, 3), { base: sideOf(slowProgram(watch, 2)) })),
    )
    assert.deepEqual(
      judgeRatio(1.5, compared).map(({ hook, passed }) => [hook, passed]),
      [
        ['connect', true],
        ['mail', true],
      ],
    )
    assert.deepEqual(
      judgeRatio(1.4, compared).map(({ passed }) => passed),
      [false, false],
    )
    const alone = figuresFrom(await runBench(planOf(watch, slowProgram(watch))))
    assert.deepEqual(
      judgeRatio(9, alone).map(({ passed }) => passed),
      [false],
    )
  })
})

describe('a baseline', () => {
  const measured = async (factor: number, pace: number): Promise<BenchFigures> => {
    const watch = new Watch()
    return figuresFrom(
      await runBench(planOf(watch, slowProgram(watch, factor * pace), { yardstick: () => 100 * pace })),
    )
  }

  it('is compared by yardsticks: a machine of half the speed changes nothing', async () => {
    const saved: unknown = JSON.parse(JSON.stringify(await measured(2, 1)))
    assert.ok(isBaseline(saved))
    const { base, hooks, rules } = comparedWith(saved, await measured(3, 2))
    assert.equal(base?.ratio, 1.5)
    assert.deepEqual(
      hooks.map((one) => one.base?.ratio),
      [1.5, 1.5],
    )
    assert.deepEqual(
      rules.map((one) => one.base?.ratio),
      [1.5, 1.5, 1.5, undefined],
    )
  })

  it('says what does not compare, and is refused where nothing does', async () => {
    const [then, now] = [await measured(1, 1), await measured(1, 1)]
    assert.deepEqual(doubtsAbout(then, now), [])
    const other = { ...then, node: '22.0.0', sessions: { ...then.sessions, digest: 'another' } }
    assert.deepEqual(doubtsAbout(other, now), ['its sessions were other ones', 'it is of Node 22.0.0'])
    assert.equal(doubtsAbout({ ...then, yardstick: { ...then.yardstick, is: 'a foot' } }, now), undefined)
  })

  it('is what a bench wrote', async () => {
    const good = await measured(1, 1)
    for (const wrong of [
      undefined,
      1,
      [],
      {},
      { ...good, version: 2 },
      { ...good, kind: 'test' },
      { ...good, hooks: [{}] },
      { ...good, decision: { ns: 1 } },
    ])
      assert.equal(isBaseline(wrong), false)
  })
})
