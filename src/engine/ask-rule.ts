/**
 * Asks one rule: its condition, then what it does.
 *
 * Here, and only here, unknown becomes an answer (`on_unknown`), monitor mode keeps a rule from acting, and a refusal
 * decided early is put aside for the hook that speaks it.
 */
import type { HookContext } from '../core/context.ts'
import type { Effect } from '../core/effect.ts'
import { HOOK_TABLE } from '../core/hook.ts'
import type { Speaker } from '../core/outcome.ts'
import type { Action, Chain, Rule } from '../core/program.ts'
import { isAllowedAt } from '../core/reply-table.ts'
import type { AtomTrace, RuleTrace } from '../core/trace.ts'
import { type MaybePromise, andThen, type Truth, Unknown } from '../core/truth.ts'
import { isRefusal, isReturnCode, type Verdict } from '../core/verdict.ts'
import { within } from './deadline.ts'
import { applyEffect } from './effects.ts'
import type { DispatchOptions } from './options.ts'

interface Common {
  readonly delay: number
  readonly trace: RuleTrace | undefined
}

export type RuleAnswer = Common &
  (
    | { readonly kind: 'next' | 'leave' }
    | { readonly kind: 'spoken' | 'monitored'; readonly verdict: Verdict; readonly by: Speaker }
  )

/** A rule being asked. */
interface Asking {
  readonly rule: Rule
  readonly chain: Chain
  readonly context: HookContext
  readonly options: DispatchOptions
  readonly atoms: AtomTrace[] | undefined
}

const NEXT: RuleAnswer = { kind: 'next', delay: 0, trace: undefined }

export function askRule(
  rule: Rule,
  chain: Chain,
  base: HookContext,
  options: DispatchOptions,
): MaybePromise<RuleAnswer> {
  const atoms: AtomTrace[] | undefined = options.trace ? [] : undefined
  const abort = lazyAbort()
  const context = contextFor(base, atoms, abort)
  const asking: Asking = { rule, chain, context, options, atoms }
  return andThen(
    guarded(asking, () => test(asking), abort.fire),
    (truth) => {
      if (truth === 'miss') return atoms ? { ...NEXT, trace: traceOf(asking, 'miss') } : NEXT
      if (truth === 'hit') return act(asking, 'hit', abort.fire)
      return whenUnknown(asking, truth === 'unknown' ? 'a look-up failed' : truth.because, abort.fire)
    },
  )
}

/** Whether the rule's own exemptions, or its plugin's, hold by now. What cannot be found out exempts nobody. */
export function isExempt(rule: Rule, context: HookContext, options: DispatchOptions): MaybePromise<boolean> {
  const { exempt } = rule
  if (!exempt) return false
  const asked = within(
    context.ports.clock,
    options.deadline,
    () => exempt(context),
    () => undefined,
  )
  return andThen(asked, (truth) => truth === 'hit')
}

function test({ rule, chain, context }: Asking): MaybePromise<Truth> {
  if (!chain.scope) return rule.test(context)
  return andThen(chain.scope(context), (inScope) => (inScope === 'hit' ? rule.test(context) : inScope))
}

function guarded<T>(
  { context, options }: Asking,
  ask: () => MaybePromise<T>,
  expire: () => void,
): MaybePromise<T | Unknown> {
  return within(context.ports.clock, options.deadline, ask, expire)
}

function whenUnknown(asking: Asking, because: string, expire: () => void): MaybePromise<RuleAnswer> {
  const { rule, context } = asking
  context.ports.log.write(
    'warn',
    { ...where(asking), because, on_unknown: rule.onUnknown },
    'a rule could not be decided',
  )
  if (rule.onUnknown === 'match') return act(asking, 'unknown', expire)
  if (rule.onUnknown === 'defer' && isAllowedAt(context.hook, 'DENYSOFT'))
    return conclude(asking, 'unknown', { effects: [], verdict: TRY_AGAIN }, because)
  return { kind: 'next', delay: 0, trace: traceOf(asking, 'unknown', undefined, because) }
}

const TRY_AGAIN: Verdict = { code: 'DENYSOFT', status: '4.3.0', message: 'Temporary failure, please try again later' }

function act(asking: Asking, truth: Truth, expire: () => void): MaybePromise<RuleAnswer> {
  const answer = guarded(asking, () => asking.rule.act(asking.context), expire)
  return andThen(answer, (action) => {
    const fault = action instanceof Unknown ? action.because : faultIn(action, asking.context)
    if (fault !== undefined || action instanceof Unknown) return whenActFailed(asking, fault ?? 'failed')
    return conclude(asking, truth, action)
  })
}

/** A handler that failed has not answered; only `skip` lets the next plugin speak. */
function whenActFailed(asking: Asking, because: string): RuleAnswer {
  const { rule, context } = asking
  context.ports.log.write('error', { ...where(asking), because, on_unknown: rule.onUnknown }, 'a handler failed')
  if (rule.onUnknown !== 'skip' && isAllowedAt(context.hook, 'DENYSOFT'))
    return conclude(asking, 'unknown', { effects: [], verdict: TRY_AGAIN }, because)
  return { kind: 'next', delay: 0, trace: traceOf(asking, 'unknown', undefined, because) }
}

function faultIn({ verdict }: Action, { hook }: HookContext): string | undefined {
  if (!verdict) return undefined
  if (!isReturnCode(verdict.code)) return 'it answered something that is no return code'
  return isAllowedAt(verdict.replyAt ?? hook, verdict.code) ? undefined : `${hook} does not accept ${verdict.code}`
}

function conclude(asking: Asking, truth: Truth, action: Action, because?: string): RuleAnswer {
  const { rule, chain, context } = asking
  const trace = traceOf(asking, truth, action, because)
  const by: Speaker = { plugin: chain.plugin, rule: rule.id, at: rule.at }
  if (rule.mode === 'monitor') return monitored(action, by, trace)
  const delay = applyAll(action.effects, context, chain.plugin)
  const { verdict } = action
  if (!verdict) return { kind: 'next', delay, trace }
  if (verdict.code === 'DECLINED') return { kind: 'leave', delay, trace }
  if (verdict.replyAt && verdict.replyAt !== context.hook && isRefusal(verdict.code)) {
    putAside(asking, { ...verdict, replyAt: verdict.replyAt })
    return { kind: 'leave', delay, trace }
  }
  return { kind: 'spoken', verdict, by, delay, trace }
}

function monitored({ verdict }: Action, by: Speaker, trace: RuleTrace | undefined): RuleAnswer {
  return verdict ? { kind: 'monitored', verdict, by, delay: 0, trace } : { kind: 'next', delay: 0, trace }
}

function applyAll(effects: readonly Effect[], context: HookContext, plugin: string): number {
  let delay = 0
  for (const effect of effects) delay += applyEffect(effect, context, plugin)
  return delay
}

/** Refusals decided before MAIL last for the connection, later ones for the transaction. */
function putAside(
  { rule, chain, context }: Asking,
  verdict: Verdict & { readonly replyAt: NonNullable<Verdict['replyAt']> },
): void {
  const { hook, connection, transaction } = context
  const early = ['accept', 'connection', 'greeting'].includes(HOOK_TABLE[hook].stage)
  const delayed = early || !transaction ? connection.delayed : transaction.delayed
  delayed.push({ at: verdict.replyAt, plugin: chain.plugin, rule, verdict })
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
    atoms,
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

interface LazyAbort {
  readonly signal: AbortSignal
  readonly fire: () => void
}

/** An AbortController only for rules that ask for its signal. */
function lazyAbort(): LazyAbort {
  let controller: AbortController | undefined
  return {
    get signal() {
      controller ??= new AbortController()
      return controller.signal
    },
    fire: () => controller?.abort(),
  }
}

function contextFor(base: HookContext, trace: AtomTrace[] | undefined, abort: LazyAbort): HookContext {
  const { hook, connection, transaction, recipient, command, decided, ports } = base
  return {
    hook,
    connection,
    transaction,
    recipient,
    command,
    decided,
    ports,
    found: new Map(),
    trace,
    get signal() {
      return abort.signal
    },
  }
}
