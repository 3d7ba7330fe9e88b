/**
 * Holds sessions again and again, and measures what rules take. In every round each set of rules has its turn, now this one
 * first and now the other, and so has the yardstick: what the machine does besides hits them all.
 */
import { reasonOf } from '../../core/reason.ts'
import type { Program } from '../../core/program.ts'
import { Contestant, type HookPass, type Judging, type RulePass } from './contestant.ts'
import type { Hook } from '../../core/hook.ts'
import type { BenchSession } from './sessions.ts'
import { lookTime, type Stopwatch } from './stopwatch.ts'
import type { RuleTally } from './timed-rules.ts'
import type { Yardstick } from './yardstick.ts'

export interface BenchSide {
  readonly program: Program
  readonly judging: Judging
}

export interface BenchPlan {
  readonly side: BenchSide
  /** Rules to compare with, on the same sessions at the same time. */
  readonly base?: BenchSide | undefined
  readonly sessions: readonly BenchSession[]
  readonly stopwatch: Stopwatch
  readonly yardstick: Yardstick
  /** Nanoseconds in which rounds begin; a few are made in any case. */
  readonly duration: number
  readonly onRound: (round: number, nanoseconds: number) => void
}

export interface SideRound {
  readonly hooks: ReadonlyMap<Hook, HookPass>
  /** One for each rule, in their order. */
  readonly rules: readonly RulePass[]
}

export interface BenchRound {
  readonly yardstick: number
  readonly side: SideRound
  readonly base?: SideRound | undefined
}

export interface BenchRun {
  readonly rounds: readonly BenchRound[]
  readonly rules: readonly RuleTally[]
  readonly baseRules: readonly RuleTally[]
  /** Those that could be held. */
  readonly sessions: readonly BenchSession[]
  /** Why others could not be held, each of them. */
  readonly faults: readonly string[]
  /** Sessions in which rules ask for what was not written down. */
  readonly unanswered: number
}

const FEWEST_ROUNDS = 5
/** Share of the time in which nothing is noted: what runs often is compiled first. */
const WARM_UP = 0.2
/** Nanoseconds that a pass takes at least, for as long as that is not too many times. */
const SHORTEST_PASS = 5e6
const MOST_TIMES = 1000

export async function runBench(plan: BenchPlan): Promise<BenchRun> {
  const { side, base, stopwatch, duration } = plan
  const tools = { stopwatch, look: lookTime(stopwatch) }
  const own = new Contestant(side.program, side.judging, tools)
  const other = base && new Contestant(base.program, base.judging, tools)
  const tried = await tryAll(plan.sessions, own)
  const course = { ...plan, sessions: tried.sessions, own, other }
  const rounds: BenchRound[] = []
  if (tried.sessions.length > 0) {
    await repeat({ ...course, times: await timesFor(course), duration: duration * WARM_UP, fewest: 1 }, () => undefined)
    await repeat({ ...course, times: await timesFor(course), fewest: FEWEST_ROUNDS }, (round) => rounds.push(round))
  }
  return { rounds, rules: own.tallies, baseRules: other?.tallies ?? [], ...tried }
}

interface Course extends Pick<BenchPlan, 'sessions' | 'stopwatch' | 'yardstick' | 'duration' | 'onRound'> {
  readonly own: Contestant
  readonly other: Contestant | undefined
}

interface Stretch extends Course {
  /** How often all sessions are held in one pass. */
  readonly times: number
  readonly fewest: number
}

async function tryAll(
  sessions: readonly BenchSession[],
  contestant: Contestant,
): Promise<Pick<BenchRun, 'sessions' | 'faults' | 'unanswered'>> {
  const [good, faults]: [BenchSession[], string[]] = [[], []]
  const unanswered = new Set<BenchSession>()
  for (const session of sessions) {
    const fault = await contestant.try(session, () => unanswered.add(session)).then(() => undefined, reasonOf)
    if (fault === undefined) good.push(session)
    else faults.push(fault)
  }
  return { sessions: good, faults, unanswered: good.filter((one) => unanswered.has(one)).length }
}

/** So often that a pass is long enough. */
async function timesFor({ own, sessions, stopwatch }: Course): Promise<number> {
  const began = stopwatch()
  await own.hooks(sessions, 1)
  return Math.min(MOST_TIMES, Math.max(1, Math.ceil(SHORTEST_PASS / Math.max(1, stopwatch() - began))))
}

async function repeat(stretch: Stretch, note: (round: BenchRound) => void): Promise<void> {
  const { stopwatch, duration, fewest, onRound } = stretch
  const began = stopwatch()
  for (let round = 0; round < fewest || stopwatch() - began < duration; round += 1) {
    note(await holdRound(stretch, round % 2 === 0))
    onRound(round + 1, stopwatch() - began)
  }
}

async function holdRound(
  { own, other, yardstick, stopwatch, ...how }: Stretch,
  ownFirst: boolean,
): Promise<BenchRound> {
  const measured = yardstick(stopwatch)
  if (!other) return { yardstick: measured, side: await pass(own, how) }
  if (ownFirst) {
    const side = await pass(own, how)
    return { yardstick: measured, side, base: await pass(other, how) }
  }
  const base = await pass(other, how)
  return { yardstick: measured, side: await pass(own, how), base }
}

async function pass(
  contestant: Contestant,
  { sessions, times }: Pick<Stretch, 'sessions' | 'times'>,
): Promise<SideRound> {
  return { hooks: await contestant.hooks(sessions, times), rules: await contestant.rules(sessions, times) }
}
