/**
 * What rules take, as data: by hook, by rule, and for decisions as a whole. A time is nanoseconds of one thread on the machine
 * that measured it; beside it stands how many times the yardstick that is, by which machines and days are compared. A
 * figure is the middle one of its rounds, a ratio the middle one of the ratios in each round.
 */
import { HOOKS, type Hook } from '../../core/hook.ts'
import type { BenchRound, BenchRun, SideRound } from './run-bench.ts'
import { digestOfSessions } from './sessions.ts'
import { median, spread, sum } from './statistics.ts'
import type { RuleTally } from './timed-rules.ts'
import { YARDSTICK } from './yardstick.ts'

export interface Figure {
  /** Nanoseconds. */
  readonly ns: number
  /** Times the yardstick. */
  readonly yardsticks: number
  /** Of the rounds, as a share: how much of it is chance. */
  readonly spread: number
}

/** Compared with the base: 2 is twice as long. */
export interface Ratio {
  readonly ratio: number
  /** As of a figure; absent where there is one measurement only, in a file. */
  readonly spread?: number
}

export interface HookFigures {
  readonly hook: Hook
  /** When all sessions are held once. */
  readonly asked: number
  /** Half of its decisions take no longer. */
  readonly median: Figure
  readonly mean: Figure
  /** Of the time of all decisions, from 0 to 1. */
  readonly share: number
  readonly base?: Ratio
}

export interface RuleFigures {
  readonly hook: Hook
  readonly plugin: string
  readonly rule: string
  readonly asked: number
  /** Of one time that it is asked. */
  readonly mean: Figure
  readonly share: number
  readonly base?: Ratio
}

export interface BenchFigures {
  readonly version: 1
  readonly kind: 'bench'
  readonly revision: string
  /** Of the program that measured. */
  readonly node: string
  readonly yardstick: { readonly is: string; readonly ns: number; readonly spread: number }
  readonly rounds: number
  readonly sessions: {
    readonly held: number
    /** Only the first of them. */
    readonly cut?: true
    /** Equal where the same is asked. */
    readonly digest: string
    /** Rules ask for what these do not hold, and do not get to know it. */
    readonly unanswered: number
    /** They are no sessions. */
    readonly left_out: number
  }
  /** Questions to the rules when all sessions are held once. */
  readonly decisions: number
  /** A second, on one processor. */
  readonly decisions_per_second: number
  /** For all decisions together. */
  readonly decision: Figure
  /** Of the time of all sessions. */
  readonly base?: Ratio
  readonly hooks: readonly HookFigures[]
  readonly rules: readonly RuleFigures[]
}

export interface Measured {
  readonly run: BenchRun
  readonly revision: string
  readonly node: string
  readonly isCut: boolean
}

export function figuresOf({ run, revision, node, isCut }: Measured): BenchFigures {
  const { rounds, sessions, faults, unanswered } = run
  const hooks = hookFigures(rounds)
  const decisions = sum(hooks.map(({ asked }) => asked))
  const decision = figure(rounds, ({ side }) => wholeOf(side) / Math.max(1, decisions))
  const base = ratio(rounds, wholeOf)
  const sticks = rounds.map(({ yardstick }) => yardstick)
  return {
    version: 1,
    kind: 'bench',
    revision,
    node,
    yardstick: { is: YARDSTICK, ns: median(sticks), spread: spread(sticks) },
    rounds: rounds.length,
    sessions: {
      held: sessions.length,
      ...(isCut && { cut: true as const }),
      digest: digestOfSessions(sessions),
      unanswered,
      left_out: faults.length,
    },
    decisions,
    decisions_per_second: decision.ns === 0 ? 0 : Math.round(1e9 / decision.ns),
    decision,
    ...(base && { base }),
    hooks,
    rules: ruleFigures(run, decision.ns * decisions),
  }
}

/** Nanoseconds of all decisions when all sessions are held once. */
function wholeOf({ hooks }: SideRound): number {
  return sum([...hooks.values()].map(({ asked, mean }) => asked * mean))
}

function hookFigures(rounds: readonly BenchRound[]): readonly HookFigures[] {
  return HOOKS.flatMap((hook) => {
    const first = rounds[0]?.side.hooks.get(hook)
    if (!first) return []
    const meanIn = ({ hooks }: SideRound): number | undefined => hooks.get(hook)?.mean
    const base = ratio(rounds, meanIn)
    return [
      {
        hook,
        asked: first.asked,
        median: figure(rounds, ({ side }) => side.hooks.get(hook)?.median ?? 0),
        mean: figure(rounds, ({ side }) => meanIn(side) ?? 0),
        share: median(rounds.map(({ side }) => (first.asked * (meanIn(side) ?? 0)) / Math.max(1, wholeOf(side)))),
        ...(base && { base }),
      },
    ]
  })
}

/** `whole`: nanoseconds of all decisions. */
function ruleFigures({ rounds, rules, baseRules }: BenchRun, whole: number): readonly RuleFigures[] {
  const before = new Map(baseRules.map((rule, index) => [keyOf(rule), index]))
  return rules.map(({ hook, plugin, rule }, index) => {
    const asked = rounds[0]?.side.rules[index]?.asked ?? 0
    const mean = figure(rounds, ({ side }) => side.rules[index]?.mean ?? 0)
    const there = before.get(keyOf({ hook, plugin, rule }))
    const base = ratio(rounds, (side, isBase) => {
      const place = isBase ? there : index
      return place === undefined ? undefined : side.rules[place]?.mean
    })
    return { hook, plugin, rule, asked, mean, share: (asked * mean.ns) / Math.max(1, whole), ...(base && { base }) }
  })
}

export function keyOf({ hook, plugin, rule }: Pick<RuleTally, 'hook' | 'plugin' | 'rule'>): string {
  return `${hook} ${plugin}/${rule}`
}

function figure(rounds: readonly BenchRound[], of: (round: BenchRound) => number): Figure {
  const values = rounds.map(of)
  const sticks = rounds.map((round, index) => (values[index] ?? 0) / Math.max(Number.MIN_VALUE, round.yardstick))
  return { ns: median(values), yardsticks: median(sticks), spread: spread(values) }
}

/** Absent where one of the two took nothing, or is not there. */
function ratio(
  rounds: readonly BenchRound[],
  of: (side: SideRound, isBase: boolean) => number | undefined,
): Ratio | undefined {
  const ratios = rounds.flatMap(({ side, base }) => {
    const [now, then] = [of(side, false), base && of(base, true)]
    return now && then ? [now / then] : []
  })
  return ratios.length === 0 ? undefined : { ratio: median(ratios), spread: spread(ratios) }
}
