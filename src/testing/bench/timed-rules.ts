/**
 * A program whose rules are timed: what each is asked, and how long it takes to answer. It decides what it would decide
 * anyway.
 */
import type { Hook } from '../../core/hook.ts'
import type { Chain, Program, Rule, Test } from '../../core/program.ts'
import { andThen, isPromise, type MaybePromise } from '../../core/truth.ts'
import type { Stopwatch } from './stopwatch.ts'

export interface RuleTally {
  readonly hook: Hook
  readonly plugin: string
  readonly rule: string
  /** Nanoseconds of each time it was asked; where the condition of its entry did not hold, too. */
  readonly taken: number[]
}

/** Tallies in the order in which rules are asked. */
export interface TimedRules {
  readonly program: Program
  readonly tallies: readonly RuleTally[]
}

/** `look`: nanoseconds that are in every time and belong to the stopwatch. */
export function timedRules(program: Program, stopwatch: Stopwatch, look: number): TimedRules {
  const tallies: RuleTally[] = []
  const timed = (hook: Hook, chain: Chain): Chain => {
    const rules = chain.rules.map((rule) => {
      const tally = { hook, plugin: chain.plugin, rule: rule.id, taken: [] }
      tallies.push(tally)
      return timedRule(rule, chain.scope, { tally, stopwatch, look })
    })
    return { ...chain, scope: undefined, rules }
  }
  const chains = new Map([...program.chains].map(([hook, all]) => [hook, all.map((chain) => timed(hook, chain))]))
  return { program: { ...program, chains }, tallies }
}

interface Timing {
  readonly tally: RuleTally
  readonly stopwatch: Stopwatch
  readonly look: number
}

/** The condition of its entry is asked for each rule, and a part of it. What it does belongs to the time it was asked last. */
function timedRule(rule: Rule, scope: Test | undefined, timing: Timing): Rule {
  const { taken } = timing.tally
  const test: Test = scope
    ? (context) => andThen(scope(context), (truth) => (truth === 'hit' ? rule.test(context) : truth))
    : rule.test
  const act = timed(rule.act, timing, (nanoseconds) => taken.push((taken.pop() ?? 0) + nanoseconds))
  return { ...rule, test: timed(test, timing, (nanoseconds) => taken.push(nanoseconds)), act }
}

/** Work that throws is the dispatcher's affair, and counts no time. */
function timed<A, B>(
  work: (given: A) => MaybePromise<B>,
  { stopwatch, look }: Timing,
  note: (nanoseconds: number) => void,
): (given: A) => MaybePromise<B> {
  const end = (began: number): void => note(Math.max(0, stopwatch() - began - look))
  return (given) => {
    const began = stopwatch()
    const answer = work(given)
    if (isPromise(answer)) return answer.finally(() => end(began))
    end(began)
    return answer
  }
}
