/**
 * Rules that are measured. There are two sorts of passes: in plain ones each question to the dispatcher is timed and nothing
 * inside it, in others each rule; so the rules' share does not have the cost of timing them all in it.
 */
import type { Hook } from '../../core/hook.ts'
import type { Program } from '../../core/program.ts'
import { andThen } from '../../core/truth.ts'
import type { Dispatch } from '../../engine/dispatch.ts'
import type { BenchJudges, BenchSession } from './sessions.ts'
import { median, typicalMean } from './statistics.ts'
import type { Stopwatch } from './stopwatch.ts'
import { type RuleTally, timedRules } from './timed-rules.ts'

/** What decides, as it is wired for a program: the same rules, timed or not. */
export type Judging = (program: Program) => BenchJudges

/** Hooks that are told of something while another one is decided: their time is in that one's. */
export const TOLD: ReadonlySet<Hook> = new Set(['deny', 'ok', 'logging'])

/** Of one pass, nanoseconds of a question. */
export interface HookPass extends RulePass {
  readonly median: number
}

export interface RulePass {
  /** When all sessions are held once. */
  readonly asked: number
  readonly mean: number
}

export class Contestant {
  readonly #stopwatch: Stopwatch
  readonly #look: number
  readonly #plain: BenchJudges
  readonly #timed: BenchJudges
  readonly #samples = new Map<Hook, number[]>()
  readonly tallies: readonly RuleTally[]

  /** `look`: nanoseconds that are in every time and belong to the stopwatch. */
  constructor(
    program: Program,
    judging: Judging,
    { stopwatch, look }: { readonly stopwatch: Stopwatch; readonly look: number },
  ) {
    this.#stopwatch = stopwatch
    this.#look = look
    const judges = judging(program)
    this.#plain = { ...judges, dispatch: this.#sampled(judges.dispatch, new Set(program.chains.keys())) }
    const { program: timed, tallies } = timedRules(program, stopwatch, look)
    this.#timed = judging(timed)
    this.tallies = tallies
  }

  #sampled(dispatch: Dispatch, hooks: ReadonlySet<Hook>): Dispatch {
    return (context) => {
      const { hook } = context
      if (!hooks.has(hook) || TOLD.has(hook)) return dispatch(context)
      const began = this.#stopwatch()
      return andThen(dispatch(context), (outcome) => {
        this.#add(hook, this.#stopwatch() - began)
        return outcome
      })
    }
  }

  #add(hook: Hook, nanoseconds: number): void {
    const samples = this.#samples.get(hook)
    const own = Math.max(0, nanoseconds - this.#look)
    if (samples) samples.push(own)
    else this.#samples.set(hook, [own])
  }

  /** One session, once; for what must be known before anything is measured. */
  async try(session: BenchSession, onMissing: (what: string) => void): Promise<void> {
    await session.walk(this.#plain, onMissing)
  }

  /** What each hook took when all sessions were held so many times. */
  async hooks(sessions: readonly BenchSession[], times: number): Promise<ReadonlyMap<Hook, HookPass>> {
    this.#samples.clear()
    await walkAll(sessions, times, this.#plain)
    return new Map(
      [...this.#samples].map(([hook, taken]) => [
        hook,
        { asked: taken.length / times, median: median(taken), mean: typicalMean(taken, times) },
      ]),
    )
  }

  /** What each rule took when it was asked. */
  async rules(sessions: readonly BenchSession[], times: number): Promise<readonly RulePass[]> {
    for (const { taken } of this.tallies) taken.length = 0
    await walkAll(sessions, times, this.#timed)
    return this.tallies.map(({ taken }) => ({ asked: taken.length / times, mean: typicalMean(taken, times) }))
  }
}

async function walkAll(sessions: readonly BenchSession[], times: number, judges: BenchJudges): Promise<void> {
  for (let time = 0; time < times; time += 1)
    for (const session of sessions) await session.walk(judges, () => undefined)
}
