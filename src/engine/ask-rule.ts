/**
 * Asks one rule: its condition, then what it does.
 *
 * Here, and only here, unknown becomes an answer (`on_unknown`), monitor mode keeps a rule from acting, and a refusal
 * decided early is put aside for the hook that speaks it.
 */
import type { HookContext } from '../core/context.ts'
import type { Effect } from '../core/effect.ts'
import { comesAfter, HOOK_TABLE, type Hook, isHook } from '../core/hook.ts'
import type { Speaker } from '../core/outcome.ts'
import type { Action, Chain, Rule } from '../core/program.ts'
import { isAllowedAt } from '../core/reply-table.ts'
import type { AtomTrace, RuleTrace } from '../core/trace.ts'
import { andThen, isPromise, type MaybePromise, type Truth, Unknown } from '../core/truth.ts'
import { isRefusal, isReturnCode, type Verdict } from '../core/verdict.ts'
import { within } from './deadline.ts'
import { applyEffect, isEffect } from './effects.ts'
import type { HookTime } from './hook-time.ts'
import type { DispatchOptions } from './options.ts'
import { RuleContext } from './rule-context.ts'

interface Common {
  readonly delay: number
  readonly trace: RuleTrace | undefined
}

/** `leave`: DECLINED was said. `aside`: a refusal was put aside for a later hook; the chain has answered all the same. */
export type RuleAnswer = Common &
  (
    | { readonly kind: 'next' | 'leave' | 'aside' }
    | { readonly kind: 'spoken' | 'monitored'; readonly verdict: Verdict; readonly by: Speaker }
  )

/** How one dispatch asks its rules. */
export interface Terms extends Pick<DispatchOptions, 'deadline' | 'trace'> {
  readonly time: HookTime
}

/** A rule being asked. */
interface Asking {
  readonly rule: Rule
  readonly chain: Chain
  readonly context: RuleContext
  readonly terms: Terms
  readonly atoms: AtomTrace[] | undefined
}

const NEXT: RuleAnswer = { kind: 'next', delay: 0, trace: undefined }

export function askRule(rule: Rule, chain: Chain, base: HookContext, terms: Terms): MaybePromise<RuleAnswer> {
  const atoms: AtomTrace[] | undefined = terms.trace ? [] : undefined
  const asking: Asking = { rule, chain, context: new RuleContext(base, atoms), terms, atoms }
  const truth = guarded(asking, () => test(asking))
  return isPromise(truth) ? truth.then((late) => settle(asking, late)) : settle(asking, truth)
}

function settle(asking: Asking, truth: Truth | Unknown): MaybePromise<RuleAnswer> {
  if (truth === 'miss') return asking.atoms ? { ...NEXT, trace: traceOf(asking, 'miss') } : NEXT
  if (truth === 'hit') return act(asking, 'hit')
  return whenUnknown(asking, truth === 'unknown' ? 'a look-up failed' : truth.because)
}

/** Whether the rule's own exemptions, or its plugin's, hold by now. What cannot be found out exempts nobody. */
export function isExempt(rule: Rule, context: HookContext, { time, deadline }: Terms): MaybePromise<boolean> {
  const { exempt } = rule
  if (!exempt) return false
  const asked = within(
    time,
    deadline,
    () => exempt(context),
    () => undefined,
  )
  return andThen(asked, (truth) => truth === 'hit')
}

function test({ rule, chain, context }: Asking): MaybePromise<Truth> {
  if (!chain.scope) return rule.test(context)
  return andThen(chain.scope(context), (inScope) => (inScope === 'hit' ? rule.test(context) : inScope))
}

function guarded<T>({ context, terms }: Asking, ask: () => MaybePromise<T>): MaybePromise<T | Unknown> {
  return within(terms.time, terms.deadline, ask, () => context.expire())
}

function whenUnknown(asking: Asking, because: string): MaybePromise<RuleAnswer> {
  const { rule, context } = asking
  context.ports.log.write(
    'warn',
    { ...where(asking), because, on_unknown: rule.onUnknown },
    'a rule could not be decided',
  )
  if (rule.onUnknown === 'match') return act(asking, 'unknown')
  return rule.onUnknown === 'defer' ? tryAgain(asking, because) : goOn(asking, because)
}

/** DENYSOFT, or what comes nearest; a hook that can only look on goes on. */
function tryAgain(asking: Asking, because: string): RuleAnswer {
  const { replyAt = asking.context.hook } = asking.rule
  const code = (['DENYSOFT', 'DENYSOFT_DISCONNECT'] as const).find((one) => isAllowedAt(replyAt, one))
  if (!code) return goOn(asking, because)
  const verdict = { code, status: '4.3.0', message: 'Temporary failure, please try again later', replyAt }
  return conclude(asking, 'unknown', { effects: [], verdict }, because)
}

function goOn(asking: Asking, because: string): RuleAnswer {
  return { kind: 'next', delay: 0, trace: traceOf(asking, 'unknown', undefined, because) }
}

function act(asking: Asking, truth: Truth): MaybePromise<RuleAnswer> {
  const { rule, context, terms } = asking
  const answer = within(
    terms.time,
    rule.boundsItself ? undefined : terms.deadline,
    () => rule.act(context),
    () => context.expire(),
  )
  return andThen(answer, (action) => {
    if (action instanceof Unknown) return whenActFailed(asking, action.because)
    const fault = faultIn(action, truth, context.hook)
    return fault === undefined ? conclude(asking, truth, action) : whenActFailed(asking, fault)
  })
}

/** A handler that failed has not answered; only `skip` lets the next plugin speak. */
function whenActFailed(asking: Asking, because: string): RuleAnswer {
  const { rule, context } = asking
  context.ports.log.write('error', { ...where(asking), because, on_unknown: rule.onUnknown }, 'a handler failed')
  return rule.onUnknown === 'skip' ? goOn(asking, because) : tryAgain(asking, because)
}

/** Rules are checked when they are compiled; handlers are checked here. */
function faultIn({ effects, verdict }: Action, truth: Truth, hook: Hook): string | undefined {
  if (!effects.every(isEffect)) return 'it answered something that is no effect'
  if (truth === 'unknown' && verdict?.code === 'OK') return 'OK would accept what could not be found out'
  return verdict && faultInVerdict(verdict, hook)
}

function faultInVerdict({ code, replyAt, message, status }: Verdict, hook: Hook): string | undefined {
  if (!isReturnCode(code)) return 'it answered something that is no return code'
  if (replyAt !== undefined && replyAt !== hook && !(isHook(replyAt) && comesAfter(replyAt, hook)))
    return `${replyAt} does not come after ${hook}`
  if (!isAllowedAt(replyAt ?? hook, code)) return `${replyAt ?? hook} does not accept ${code}`
  return isTextOrAbsent(message) && isTextOrAbsent(status) ? undefined : 'its message or status is no text'
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function conclude(asking: Asking, truth: Truth, action: Action, because?: string): RuleAnswer {
  const { rule, chain } = asking
  const trace = traceOf(asking, truth, action, because)
  const by: Speaker = { plugin: chain.plugin, rule: rule.id, at: rule.at }
  if (rule.mode === 'monitor') return monitored(action, by, trace)
  const delay = applyAll(action.effects, asking)
  const { verdict } = action
  if (!verdict) return { kind: 'next', delay, trace }
  if (verdict.code === 'DECLINED') return { kind: 'leave', delay, trace }
  if (!isPutAside(verdict, asking.context.hook)) return { kind: 'spoken', verdict, by, delay, trace }
  putAside(asking, verdict)
  return { kind: 'aside', delay, trace }
}

function monitored({ verdict }: Action, by: Speaker, trace: RuleTrace | undefined): RuleAnswer {
  return verdict ? { kind: 'monitored', verdict, by, delay: 0, trace } : { kind: 'next', delay: 0, trace }
}

function applyAll(effects: readonly Effect[], { context, chain }: Asking): number {
  let delay = 0
  for (const effect of effects) delay += applyEffect(effect, context, chain.plugin)
  return delay
}

type Delayed = Verdict & { readonly replyAt: Hook }

function isPutAside(verdict: Verdict, hook: Hook): verdict is Delayed {
  return verdict.replyAt !== undefined && verdict.replyAt !== hook && isRefusal(verdict.code)
}

/** Refusals decided before MAIL last for the connection, later ones for the transaction. A rule has one at a time. */
function putAside({ rule, chain, context }: Asking, verdict: Delayed): void {
  const { hook, connection, transaction } = context
  const early = ['accept', 'connection', 'greeting'].includes(HOOK_TABLE[hook].stage)
  const delayed = early || !transaction ? connection.delayed : transaction.delayed
  const earlier = delayed.findIndex((one) => one.rule === rule)
  delayed.splice(earlier < 0 ? delayed.length : earlier, 1, {
    at: verdict.replyAt,
    plugin: chain.plugin,
    rule,
    verdict,
  })
}

function traceOf(
  { rule, chain, atoms }: Asking,
  truth: Truth,
  action?: Action,
  because?: string,
): RuleTrace | undefined {
  if (!atoms) return undefined
  return {
    plugin: chain.plugin,
    rule: rule.id,
    at: rule.at,
    truth,
    atoms: [...atoms],
    effects: action?.effects ?? [],
    ...(action?.verdict && { return: action.verdict.code }),
    ...(rule.mode === 'monitor' && { monitored: true }),
    ...(because !== undefined && { note: because }),
  }
}

function where({ rule, chain, context }: Asking): Record<string, string | undefined> {
  return {
    connection: context.connection.id,
    transaction: context.transaction?.id,
    hook: context.hook,
    plugin: chain.plugin,
    rule: rule.id,
    at: rule.at,
  }
}
