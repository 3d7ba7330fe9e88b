/** Where a session may end, or go on, by which rules: the hooks of a site as a graph. What a rule on trial says ends nothing. */
import { HOOK_TABLE, type Hook, HOOKS, isHook } from '../../core/hook.ts'
import { isAllowedAt, REPLY_TABLE, replyRow, type ReplyRow } from '../../core/reply-table.ts'
import { keysOf } from '../../core/table.ts'
import { isReturnCode, type ReturnCode } from '../../core/verdict.ts'
import type { EffectiveRule, EffectiveSite } from './report.ts'

/** `next`: the hook is over, the session goes on. `end`: nothing more comes of it, such as an answer to VRFY. */
export const ENDS = ['next', 'delivered', 'refused', 'later', 'silent', 'end'] as const
export type End = (typeof ENDS)[number]

export interface PluginTurn {
  readonly plugin: string
  /** In the order in which they are asked; none where it only speaks a refusal that it decided earlier. */
  readonly rules: readonly EffectiveRule[]
  /**
   * Rules that may bring each end about here. `plugin/rule` only of another hook; a `?` behind it: where it cannot be
   * found out.
   */
  readonly ends: ReadonlyMap<End, readonly string[]>
  /** Refusals decided here and spoken at a later hook. */
  readonly delayed: ReadonlyMap<Hook, readonly string[]>
}

export interface HookTurns {
  readonly hook: Hook
  /** In the order in which they are asked. */
  readonly turns: readonly PluginTurn[]
  /** When nobody answers. */
  readonly undecided: End
  /** Hooks behind it in a session; none for one that is asked at any time, or that comes last. */
  readonly next: readonly Hook[]
}

interface Ending {
  readonly hook: Hook
  readonly end: End
  readonly label: string
}

export function turnsOf({ hooks, plugins }: Pick<EffectiveSite, 'hooks' | 'plugins'>): readonly HookTurns[] {
  const rules = hooks.flatMap((one) => one.rules)
  const spoken = [...rules.map(({ hook }) => hook), ...rules.flatMap((rule) => laterHook(rule) ?? [])]
  const asked = HOOKS.filter((hook) => spoken.includes(hook))
  return asked.map((hook) => ({
    hook,
    turns: plugins.flatMap(({ name }) => turnOf(hook, name, rules)),
    undecided: endOf(hook, 'DECLINED'),
    next: behind(hook, asked),
  }))
}

function turnOf(hook: Hook, plugin: string, all: readonly EffectiveRule[]): readonly PluginTurn[] {
  const ours = all.filter((rule) => rule.plugin === plugin)
  const rules = ours.filter((rule) => rule.hook === hook)
  const endings = ours.flatMap(endingsOf)
  const here = endings.filter((ending) => ending.hook === hook)
  if (rules.length === 0 && here.length === 0) return []
  const delayed = rules.flatMap((rule) => {
    const later = laterHook(rule)
    return later ? [{ later, id: rule.rule }] : []
  })
  return [
    {
      plugin,
      rules,
      ends: grouped(
        here,
        ({ end }) => end,
        ({ label }) => label,
      ),
      delayed: grouped(
        delayed,
        ({ later }) => later,
        ({ id }) => id,
      ),
    },
  ]
}

function grouped<T, K>(
  all: readonly T[],
  key: (one: T) => K,
  name: (one: T) => string,
): ReadonlyMap<K, readonly string[]> {
  return new Map([...Map.groupBy(all, key)].map(([of, some]) => [of, [...new Set(some.map(name))]]))
}

function laterHook({ says, hook, mode }: EffectiveRule): Hook | undefined {
  const later = says['reply_at']
  return mode === 'enforce' && typeof later === 'string' && isHook(later) && later !== hook ? later : undefined
}

function endingsOf(rule: EffectiveRule): readonly Ending[] {
  const { hook, rule: id, mode, on_unknown: unknown, code } = rule
  if (mode === 'monitor') return []
  const at = laterHook(rule) ?? hook
  const label = at === hook ? id : `${id} at ${hook}`
  const mayDefer = unknown === 'defer' && !code && isAllowedAt(at, 'DENYSOFT')
  return [
    ...codesOf(rule).map((one) => ({ hook: at, end: endOf(at, one), label })),
    ...(mayDefer ? [{ hook: at, end: 'later' as const, label: `${label}?` }] : []),
  ]
}

/** What it may answer; DECLINED ends nothing. */
function codesOf({ hook, says, code }: EffectiveRule): readonly ReturnCode[] {
  const given = says['return']
  if (code) return keysOf(REPLY_TABLE[hook]).filter((one) => one !== 'DECLINED')
  if ('deliver' in says) return ['OK', 'DENY', 'DENYSOFT']
  return typeof given === 'string' && isReturnCode(given) && given !== 'DECLINED' ? [given] : []
}

function endOf(hook: Hook, code: ReturnCode): End {
  const row = replyRow(hook, code)
  if (hook === 'queue' && row.meaning === 'accept') return 'delivered'
  return BY_MEANING[row.meaning](row, hook)
}

type MakeEnd = (row: ReplyRow, hook: Hook) => End

const goesOn: MakeEnd = (_, hook) => (HOOK_TABLE[hook].stage === 'any' ? 'end' : 'next')

const BY_MEANING: Readonly<Record<ReplyRow['meaning'], MakeEnd>> = {
  proceed: goesOn,
  accept: goesOn,
  ignore: goesOn,
  silent: () => 'silent',
  refuse: ({ reply }) => ((reply?.code ?? 0) < 500 ? 'later' : 'refused'),
}

/** A client says one of them. */
const GREETINGS: readonly Hook[] = ['helo', 'ehlo']

function behind(hook: Hook, asked: readonly Hook[]): readonly Hook[] {
  if (HOOK_TABLE[hook].stage === 'any') return []
  const later = asked.slice(asked.indexOf(hook) + 1).filter((one) => HOOK_TABLE[one].stage !== 'any')
  const rest = GREETINGS.includes(hook) ? later.filter((one) => !GREETINGS.includes(one)) : later
  const [first] = rest
  return first && GREETINGS.includes(first) ? rest.filter((one) => GREETINGS.includes(one)) : rest.slice(0, 1)
}
