/** Rules that move a clock which nothing else moves, and a bench of them. */
import type { Hook } from '../../../src/core/hook.ts'
import type { Program, Rule } from '../../../src/core/program.ts'
import type { MaybePromise, Truth } from '../../../src/core/truth.ts'
import { createDispatcher } from '../../../src/engine/dispatch.ts'
import { type BenchFigures, figuresOf } from '../../../src/testing/bench/report.ts'
import type { BenchPlan, BenchRun, BenchSide } from '../../../src/testing/bench/run-bench.ts'
import type { BenchSession } from '../../../src/testing/bench/sessions.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { contextAt } from '../../support/hook-context.ts'

/** Moved by rules, and by each look at it. */
export class Watch {
  time = 0
  readonly #look: number

  constructor(look = 0) {
    this.#look = look
  }

  readonly look = (): number => (this.time += this.#look)

  passes(nanoseconds: number): void {
    this.time += nanoseconds
  }
}

export function rule(id: string, test: () => MaybePromise<Truth>, over: Partial<Rule> = {}): Rule {
  return {
    id,
    at: `${id}:1:1`,
    test,
    exempt: undefined,
    onUnknown: 'skip',
    mode: 'enforce',
    act: () => ({ effects: [] }),
    ...over,
  }
}

export function programOf(chains: Readonly<Partial<Record<Hook, readonly Rule[]>>>): Program {
  const entries = Object.entries(chains).map(
    ([hook, rules]) => [hook as Hook, [{ plugin: 'p', scope: undefined, rules }]] as const,
  )
  return { revision: 'r', plugins: ['p'], chains: new Map(entries) }
}

const WORLD = { clock: fakeClock(), log: { write: () => undefined } }

export function sideOf(program: Program): BenchSide {
  const judging = (one: Program) => ({
    dispatch: createDispatcher(one, { deadline: 1000, trace: false }),
    hostname: 'mx.example.org',
    world: WORLD,
  })
  return { program, judging }
}

/** Comes to these hooks, in their order. */
export function sessionAt(...hooks: readonly Hook[]): BenchSession {
  return {
    digest: hooks.join(),
    walk: async ({ dispatch }) => {
      for (const hook of hooks) await dispatch(contextAt(hook))
    },
  }
}

export function planOf(watch: Watch, side: Program, over: Partial<BenchPlan> = {}): BenchPlan {
  return {
    side: sideOf(side),
    sessions: [sessionAt('connect', 'mail', 'mail')],
    stopwatch: watch.look,
    yardstick: () => 100,
    duration: 0,
    onRound: () => undefined,
    ...over,
  }
}

export function figuresFrom(run: BenchRun): BenchFigures {
  return figuresOf({ run, revision: 'r', node: '24.0.0', isCut: false })
}

/** At connect one rule of 1000 ns; at mail two: 500 ns, and 300 ns with 200 more for what it does. */
export function slowProgram(watch: Watch, factor = 1): Program {
  const taking = (nanoseconds: number, truth: Truth) => (): Truth => {
    watch.passes(nanoseconds * factor)
    return truth
  }
  const acting: Partial<Rule> = {
    act: () => {
      watch.passes(200 * factor)
      return { effects: [], verdict: { code: 'DENY' } }
    },
  }
  return programOf({
    connect: [rule('slow', taking(1000, 'miss'))],
    mail: [
      rule('first', taking(500, 'miss')),
      rule('last', taking(300, 'hit'), acting),
      rule('never', taking(9, 'miss')),
    ],
  })
}
