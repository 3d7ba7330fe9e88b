/** How `postern bench` tells people: every time with its multiple of the yardstick, and what a figure is worth. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type BenchReport, renderBench, timeText } from '../../../src/cli/for-people/bench.ts'
import type { RuleFigures } from '../../../src/testing/bench/report.ts'

function ruleOf(rule: string, asked: number, share: number): RuleFigures {
  return { hook: 'rcpt', plugin: 'house', rule, asked, share, mean: { ns: 450, yardsticks: 0.2, spread: 0.1 } }
}

const REPORT: BenchReport = {
  version: 1,
  kind: 'bench',
  revision: 'abcd',
  node: '24.0.0',
  yardstick: { is: 'a walk round the house', ns: 2345, spread: 0.2 },
  rounds: 12,
  sessions: { held: 1000, cut: true, digest: 'd', unanswered: 1, left_out: 2 },
  decisions: 4000,
  decisions_per_second: 333_333,
  decision: { ns: 3000, yardsticks: 1.28, spread: 0.1 },
  base: { ratio: 1.5, spread: 0.04 },
  hooks: [
    {
      hook: 'rcpt',
      asked: 4000,
      median: { ns: 2900, yardsticks: 1.24, spread: 0.1 },
      mean: { ns: 30_000, yardsticks: 12.8, spread: 0.1 },
      share: 1,
      base: { ratio: 1.5 },
    },
  ],
  rules: [ruleOf('never', 0, 0), ruleOf('quick', 4000, 0.1), ruleOf('slow\u001b[2J', 4000, 0.9)],
  compared_with: { name: 'bench.json', kind: 'baseline', doubts: ['its sessions were other ones'] },
  gates: [
    { gate: 'budget', hook: 'rcpt', most: 2500, unit: 'ns', value: 2900, passed: false },
    { gate: 'budget', hook: 'rcpt', most: 40, unit: 'x', value: 1.24, passed: true },
    { gate: 'budget', hook: 'data', most: 1, unit: 'x', passed: false },
    { gate: 'ratio', hook: 'rcpt', most: 2, unit: 'base', value: 1.5, passed: true },
  ],
}

describe('a bench for people', () => {
  it('says what was measured, how, and what it is worth', () => {
    assert.equal(
      renderBench(REPORT, { color: false, from: 'log.ndjson' }),
      `333,333 decisions a second on one processor: 3.0 µs (1.28 yardsticks, ± 5 %) each
the first 1,000 sessions of log.ndjson, 4,000 decisions, 12 rounds; rules abcd, Node 24.0.0
yardstick: a walk round the house, 2.3 µs here (± 10 %)
what rules ask outside is answered by the sessions, and takes no time here
1 session does not hold all that is asked: it is unknown there
2 sessions left out: they are none
base: bench.json, by yardsticks, which is less exact than --base; all sessions take 1.50 × base (± 2 %)
  its sessions were other ones

hook  asked  median   mean  yardsticks    share
rcpt  4,000  2.9 µs  30 µs          13  100.0 %  1.50 × base

rule                 asked  a call  yardsticks   share
rcpt house/slow␛[2J  4,000  450 ns        0.20  90.0 %
rcpt house/quick     4,000  450 ns        0.20  10.0 %
1 rule never asked by these sessions

budget rcpt ≤ 2.5 µs  NOT MET (2.9 µs)
budget rcpt ≤ 40.00 yardsticks  met (1.24 yardsticks)
budget data ≤ 1.00 yardsticks  NOT MET (no session comes to it)
ratio rcpt ≤ 2.00 × base  met (1.50 × base)`,
    )
  })

  it('shows the rules that take most', () => {
    const rules = Array.from({ length: 30 }, (_, index) => ruleOf(`rule-${index}`, 1, index / 435))
    const text = renderBench({ ...REPORT, rules }, { color: false, from: 'its tests' })
    assert.match(text, /rule-29 /)
    assert.ok(!text.includes('rule-9 '))
    assert.match(text, /^and 10 more rules; -f json has all$/m)
  })

  it('writes times in the unit that fits', () => {
    const texts = [0, 7, 999, 1000, 12_345, 1e6, 2.5e9].map(timeText)
    assert.deepEqual(texts, ['0 ns', '7 ns', '999 ns', '1.0 µs', '12 µs', '1.0 ms', '2.5 s'])
  })
})
