/**
 * The dispatcher: asks the chains of a hook in plugin order, until one answers something other than DECLINED.
 *
 * Synchronous rules stay synchronous. A rule that throws or overruns its deadline is unknown, and its `on_unknown` says
 * what that means. Never rejects.
 */
import type { HookContext } from '../core/context.ts'
import type { Hook } from '../core/hook.ts'
import type { Outcome, Speaker, Spoken } from '../core/outcome.ts'
import type { Chain, Program } from '../core/program.ts'
import { replyRow } from '../core/reply-table.ts'
import type { DelayedRefusal, Recipient } from '../core/session.ts'
import type { RuleTrace } from '../core/trace.ts'
import { isPromise, type MaybePromise, andThen } from '../core/truth.ts'
import { isRefusal, type Verdict } from '../core/verdict.ts'
import { askRule, isExempt, type RuleAnswer, type Terms } from './ask-rule.ts'
import { HookTime } from './hook-time.ts'
import type { DispatchOptions } from './options.ts'
import { askByParts, contextOf, joinAnswers, partsIn } from './parts.ts'

export type Dispatch = (context: HookContext) => MaybePromise<Outcome>

const DECLINED: Verdict = { code: 'DECLINED' }

/** Hooks that are told of decisions are not told of their own. */
const UNREPORTED: ReadonlySet<Hook> = new Set(['deny', 'ok', 'config', 'user_config', 'logging'])

/** What one dispatch has gathered so far. */
interface Run {
  readonly context: HookContext
  readonly terms: Terms
  readonly turns: readonly Turn[]
  readonly monitored: (Speaker & { readonly verdict: Verdict })[]
  readonly trace: RuleTrace[] | undefined
  readonly gathered: { delay: number }
}

/** A plugin's turn at a hook: its chain, then the refusals it decided earlier. */
interface Turn {
  readonly chain: Chain
  readonly delayed: readonly DelayedRefusal[]
}

type Decided = ReturnType<typeof joinAnswers>

export function createDispatcher(program: Program, options: DispatchOptions): Dispatch {
  const turns = new Map(
    [...program.chains].map(([hook, chains]) => [hook, chains.map((chain): Turn => ({ chain, delayed: [] }))]),
  )
  const apart = new Set([...turns].flatMap(([hook, chains]) => (chains.some(isSplit) ? [hook] : [])))
  const order = new Map(program.plugins.map((name, index) => [name, index]))
  const dispatch: Dispatch = (context) => {
    const run = startRun(context, options, withDelayed(turns.get(context.hook) ?? [], context, order))
    const parts = partsIn(context, apart.has(context.hook) ? program.split : undefined)
    const decided = parts.length > 1 ? takeTurnsByParts(run, parts) : takeTurns(run, parts[0], 0)
    return andThen(decided, (decision) => report(finish(run, decision), context))
  }
  const report = (outcome: Outcome, context: HookContext): MaybePromise<Outcome> => {
    const { meaning } = replyRow(context.hook, outcome.verdict.code, context.connection.attached)
    const hook: Hook = meaning === 'refuse' ? 'deny' : 'ok'
    if (UNREPORTED.has(context.hook) || !turns.has(hook)) return outcome
    return andThen(dispatch({ ...context, hook, decided: outcome }), (told) => {
      options.onTold?.(told)
      return outcome
    })
  }
  return dispatch
}

function startRun(context: HookContext, options: DispatchOptions, turns: readonly Turn[]): Run {
  const { deadline, hookDeadline, trace } = options
  const terms = { deadline, trace, time: new HookTime(context.ports.clock, hookDeadline) }
  return { context, terms, turns, monitored: [], trace: trace ? [] : undefined, gathered: { delay: 0 } }
}

/** Gives each refusal that is due at this hook its place in plugin order. */
function withDelayed(
  turns: readonly Turn[],
  { hook, connection, transaction }: HookContext,
  order: ReadonlyMap<string, number>,
): readonly Turn[] {
  if (connection.delayed.length === 0 && !transaction?.delayed.length) return turns
  const due = [...connection.delayed, ...(transaction?.delayed ?? [])].filter(({ at }) => at === hook)
  if (due.length === 0) return turns
  const byPlugin = Map.groupBy(due, ({ plugin }) => plugin)
  const placed = turns.map(({ chain }): Turn => ({ chain, delayed: byPlugin.get(chain.plugin) ?? [] }))
  const present = new Set(turns.map(({ chain }) => chain.plugin))
  const extra = [...byPlugin]
    .filter(([plugin]) => !present.has(plugin))
    .map(([plugin, delayed]): Turn => ({ chain: { plugin, scope: undefined, rules: [] }, delayed }))
  return [...placed, ...extra].toSorted((a, b) => (order.get(a.chain.plugin) ?? 0) - (order.get(b.chain.plugin) ?? 0))
}

function isSplit({ chain }: Turn): boolean {
  return chain.perRecipient ?? false
}

/** `part`: all recipients, where they are the same to every rule. */
function takeTurns(run: Run, part: readonly Recipient[] | undefined, from: number): MaybePromise<Decided> {
  for (const [index, turn] of run.turns.entries()) {
    if (index < from) continue
    const spoken = takeTurn(isSplit(turn) ? forPart(run, part) : run, turn)
    if (isPromise(spoken))
      return spoken.then((answer) => (answer ? { spoken: answer } : takeTurns(run, part, index + 1)))
    if (spoken) return { spoken }
  }
  return { spoken: undefined }
}

async function takeTurnsByParts(run: Run, parts: readonly (readonly Recipient[])[]): Promise<Decided> {
  const answers = await askByParts(run.turns, parts, async (turn, part) => takeTurn(forPart(run, part), turn))
  return joinAnswers(answers, parts, run.context.transaction?.recipients ?? [])
}

/** Delays and traces add up in one place for all parts. */
function forPart(run: Run, part: readonly Recipient[] | undefined): Run {
  return part ? { ...run, context: contextOf(run.context, part) } : run
}

/** Only DECLINED lifts a plugin's own earlier refusal: an OK of the same plugin does not. */
function takeTurn(run: Run, turn: Turn): MaybePromise<Spoken | undefined> {
  return andThen(askRules(run, turn.chain, { from: 0, spared: false }), (end) => {
    if (end === 'leave') return undefined
    const spoken = end === 'aside' ? undefined : end
    if (spoken && isRefusal(spoken.verdict.code)) return spoken
    return andThen(speakDelayed(run, turn.delayed, 0), (refusal) => refusal ?? spoken)
  })
}

/** How a chain ends before its last rule; `leave` is DECLINED said by a rule: the plugin has nothing more to say here. */
type End = Spoken | 'leave' | 'aside' | undefined

interface Progress {
  readonly from: number
  /** A rule in monitor mode would have left the chain: rules in monitor mode below it would not have been asked. */
  readonly spared: boolean
}

function askRules(run: Run, chain: Chain, progress: Progress): MaybePromise<End> {
  let { spared } = progress
  for (let index = progress.from; index < chain.rules.length; index += 1) {
    const rule = chain.rules[index]
    if (!rule || (spared && rule.mode === 'monitor')) continue
    const answer = askRule(rule, chain, run.context, run.terms)
    if (isPromise(answer)) return answer.then((late) => goOn(run, chain, { from: index + 1, spared }, late))
    const end = note(run, answer)
    if (end) return end
    spared ||= spares(answer)
  }
  return undefined
}

function goOn(run: Run, chain: Chain, { from, spared }: Progress, answer: RuleAnswer): MaybePromise<End> {
  return note(run, answer) ?? askRules(run, chain, { from, spared: spared || spares(answer) })
}

function spares(answer: RuleAnswer): boolean {
  return answer.kind === 'monitored' && answer.verdict.code === 'DECLINED'
}

function note(run: Run, answer: RuleAnswer): End {
  run.gathered.delay += answer.delay
  if (answer.trace) run.trace?.push(answer.trace)
  if (answer.kind === 'monitored') run.monitored.push({ ...answer.by, verdict: answer.verdict })
  if (answer.kind === 'leave' || answer.kind === 'aside') return answer.kind
  return answer.kind === 'spoken' ? { verdict: answer.verdict, by: answer.by } : undefined
}

function speakDelayed(run: Run, delayed: readonly DelayedRefusal[], from: number): MaybePromise<Spoken | undefined> {
  const refusal = delayed[from]
  if (!refusal) return undefined
  return andThen(isExempt(refusal.rule, run.context, run.terms), (exempt) => {
    if (exempt) return speakDelayed(run, delayed, from + 1)
    const { replyAt: _, ...verdict } = refusal.verdict
    return { verdict, by: { plugin: refusal.plugin, rule: refusal.rule.id, at: refusal.rule.at } }
  })
}

function finish(run: Run, { spoken, each }: Decided): Outcome {
  const { context, monitored, gathered, trace } = run
  run.terms.time.end()
  const verdict = spoken?.verdict ?? DECLINED
  return { hook: context.hook, verdict, by: spoken?.by, monitored, ...gathered, trace, ...(each && { each }) }
}
