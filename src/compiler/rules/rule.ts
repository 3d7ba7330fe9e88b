/** Rules: condition, effects, delivery and answer of one YAML rule become one entry of a chain. */
import { placeOf } from '../../language/diagnostic.ts'
import { comesAfter, isHook } from '../../core/hook.ts'
import type { Action, Mode, Rule, Test } from '../../core/program.ts'
import { isAllowedAt, REPLY_TABLE } from '../../core/reply-table.ts'
import { ON_UNKNOWN, type OnUnknown } from '../../core/truth.ts'
import { isRefusal, isReturnCode, isTemporary, type ReturnCode, type Verdict } from '../../core/verdict.ts'
import { writeInstead } from '../../language/fix.ts'
import { entryOf, type MapNode, type ScalarNode, textOf, valueOf, type YamlNode } from '../../language/node.ts'
import { idleTrialKeys, isMonitored, trialIn } from '../../language/trial.ts'
import { all, any, compileCondition, inverted } from './condition.ts'
import { compileDelivery } from './delivery-use.ts'
import { enterDeeds } from '../policies/deeds.ts'
import { compileEffects } from './rule-effects.ts'
import { complain, moreCareful, type Scope } from './scope.ts'
import { compileText, type Text } from './text.ts'
import { type CompiledTrial, compileTrial, onTrial } from './trial.ts'

/** The condition and mode of the plugin's entry in the site file. */
export interface EntryScope {
  /** `match` and not `unless`. */
  readonly scope: Test | undefined
  readonly exempt: Test | undefined
  readonly mode: Mode | undefined
  readonly trial: CompiledTrial
  /** What the words of its condition say about unknown. */
  readonly onUnknown: OnUnknown
}

export function compileRule(node: MapNode, id: string, scope: Scope, entry: EntryScope): Rule {
  const { test, exempt } = compileTests(node, scope)
  const mode = entry.mode ?? (isMonitored(node) ? 'monitor' : 'enforce')
  const act = compileAct(node, mode, scope)
  const onUnknown = readOnUnknown(node, scope, entry)
  if (mode === 'enforce') enterDeeds(node, scope)
  const replyAt = textOf(valueOf(node, 'reply_at'))
  if (!isMonitored(node) && entry.mode !== 'monitor') for (const one of idleTrialKeys(node)) complain(scope, one)
  const rule: Rule = {
    id,
    at: placeOf(node.at),
    test,
    exempt: exempt && entry.exempt ? any([exempt, entry.exempt]) : (exempt ?? entry.exempt),
    onUnknown,
    ...(replyAt !== undefined && isHook(replyAt) && { replyAt }),
    mode,
    act,
    boundsItself: valueOf(node, 'deliver') !== undefined,
  }
  return onTrial(rule, compileTrial(trialIn(node), scope), entry.trial)
}

function compileTests(node: MapNode, scope: Scope): { test: Test; exempt: Test | undefined } {
  const match = valueOf(node, 'match')
  const unless = valueOf(node, 'unless')
  if (!match) {
    complain(scope, {
      code: 'CFG103',
      at: valueOf(node, 'id')?.at ?? node.at,
      message: 'a rule needs `match`',
      help: 'write `match: always` for a rule that applies to every session',
    })
  }
  const exempt = unless && compileCondition(unless, scope, 'unless')
  const applies = match ? compileCondition(match, scope, 'match') : (): 'miss' => 'miss'
  return { test: exempt ? all([inverted(exempt), applies]) : applies, exempt }
}

const DEEDS = ['return', 'set', 'add', 'headers', 'deliver_to', 'delay', 'log', 'deliver']

/** In monitor mode nothing is handed over: the answer is known all the same. */
const WOULD_DELIVER: Action = { effects: [], verdict: { code: 'OK' } }

function compileAct(node: MapNode, mode: Mode, scope: Scope): Rule['act'] {
  const effects = compileEffects(node, scope)
  const verdict = compileVerdict(node, scope)
  const deliver = compileDelivery(node, scope)
  if (deliver) besideDelivery(node, scope)
  if (!DEEDS.some((key) => valueOf(node, key))) {
    complain(scope, {
      code: 'CFG114',
      at: valueOf(node, 'id')?.at ?? node.at,
      severity: 'warning',
      message: 'this rule does nothing',
      help: 'give it a `return`, or something to `set`, `add` or `log`',
    })
  }
  if (deliver && mode === 'monitor') return () => WOULD_DELIVER
  return (context) => {
    const made = effects.map((make) => make(context))
    if (deliver) return deliver(context).then((answer): Action => ({ effects: made, verdict: answer }))
    return verdict ? { effects: made, verdict: verdict(context) } : { effects: made }
  }
}

/** The target's answer is the rule's, and what it was handed is gone. */
function besideDelivery(node: MapNode, scope: Scope): void {
  for (const [key, help] of [
    ['return', 'delete it: the answer of the target is the answer of the rule'],
    ['headers', 'edit the header in a rule before this one'],
  ] as const) {
    const entry = entryOf(node, key)
    if (!entry) continue
    const message = `\`${key}\` has no effect beside \`deliver\``
    complain(scope, { code: 'CFG115', at: entry.key.at, message, help })
  }
}

type MakeVerdict = (context: Parameters<Text>[0]) => Verdict

function compileVerdict(node: MapNode, scope: Scope): MakeVerdict | undefined {
  const answer = valueOf(node, 'return')
  const code = textOf(answer)
  if (answer?.kind !== 'scalar' || code === undefined || !isReturnCode(code)) return withoutReturn(node, scope)
  const replyAt = readReplyAt(node, code, scope)
  checkCode(answer, code, replyAt ?? scope.hook, scope)
  const status = readStatus(node, code, scope)
  const replyCode = readReplyCode(node, code, scope)
  const message = valueOf(node, 'message')
  const text = message?.kind === 'scalar' ? compileText(message, scope) : undefined
  const constant: Verdict = {
    code,
    ...(status !== undefined && { status }),
    ...(replyCode !== undefined && { replyCode }),
    ...(replyAt && { replyAt }),
  }
  return text ? (context) => ({ ...constant, message: text(context) }) : () => constant
}

function withoutReturn(node: MapNode, scope: Scope): undefined {
  for (const key of ['message', 'status', 'reply_code', 'reply_at']) {
    const value = valueOf(node, key)
    if (value && !valueOf(node, 'return')) {
      complain(scope, {
        code: 'CFG103',
        at: value.at,
        message: `\`${key}\` is never used: the rule has no \`return\``,
        help: 'add `return: DENY`, or delete it',
      })
    }
  }
}

function checkCode(at: ScalarNode, code: ReturnCode, hook: Scope['hook'], scope: Scope): void {
  const allowed = Object.keys(REPLY_TABLE[hook]).filter((one) => one !== 'DONE')
  if (isAllowedAt(hook, code) && code !== 'DONE') return
  complain(scope, {
    code: 'HOK410',
    at: at.at,
    message:
      code === 'DONE'
        ? 'DONE is for plugins that have answered the client themselves; a rule cannot'
        : `hook \`${hook}\` does not accept ${code}`,
    label: `\`${hook}\` accepts ${allowed.join(', ')}`,
  })
}

/** The digit that replies and statuses of this code begin with (RFC 5321 section 4.2.1). */
function replyClass(code: ReturnCode): '2' | '4' | '5' {
  if (isTemporary(code)) return '4'
  return isRefusal(code) ? '5' : '2'
}

function readStatus(node: MapNode, code: ReturnCode, scope: Scope): string | undefined {
  const status = valueOf(node, 'status')
  if (status?.kind !== 'scalar') return undefined
  const wanted = replyClass(code)
  const text = status.source.replace('X', wanted)
  if (code === 'DECLINED' || text.startsWith(wanted)) return text
  complain(scope, {
    code: 'HOK411',
    at: status.at,
    message: `status ${text} does not fit ${code}`,
    label: `begins with ${wanted} for ${code}`,
    help: `write \`status: ${wanted}${text.slice(1)}\``,
    fixes: writeInstead(status, `${wanted}${text.slice(1)}`, { safety: 'unsafe' }),
  })
  return undefined
}

function readReplyCode(node: MapNode, code: ReturnCode, scope: Scope): number | undefined {
  const given = valueOf(node, 'reply_code')
  if (given?.kind !== 'scalar' || typeof given.value !== 'number') return undefined
  const first = replyClass(code)
  if (String(given.value).startsWith(first)) return given.value
  complain(scope, {
    code: 'HOK411',
    at: given.at,
    message: `reply code ${given.value} does not fit ${code}`,
    label: `begins with ${first} for ${code}`,
    help: String(given.value).startsWith('4')
      ? 'to have the client try again, write `return: DENYSOFT`; to refuse for good, a code such as 550'
      : 'to refuse for good, write `return: DENY`; to have the client try again, a code such as 451',
  })
  return undefined
}

function readReplyAt(node: MapNode, code: ReturnCode, scope: Scope): Verdict['replyAt'] {
  const at = valueOf(node, 'reply_at')
  const hook = textOf(at)
  if (!at || hook === undefined || !isHook(hook) || hook === scope.hook) return undefined
  if (comesAfter(hook, scope.hook) && isAllowedAt(hook, code) && isRefusal(code)) return hook
  complain(scope, {
    code: 'HOK412',
    at: at.at,
    message: isRefusal(code)
      ? `hook \`${hook}\` does not come after \`${scope.hook}\`, or cannot answer ${code}`
      : `only a refusal can wait for a later hook, not ${code}`,
    help: 'usual: `reply_at: rcpt`',
  })
  return undefined
}

function readOnUnknown(node: MapNode, scope: Scope, entry: EntryScope): OnUnknown {
  const value = valueOf(node, 'on_unknown')
  const wanted = ON_UNKNOWN.find((one) => one === textOf(value))
  const onUnknown = wanted ?? moreCareful(scope.words.onUnknown, entry.onUnknown)
  const gift = onUnknown === 'match' ? giftOf(node) : undefined
  if (gift) {
    complain(scope, {
      code: 'HOK413',
      at: (value ?? gift).at,
      message: value
        ? '`on_unknown: match` would accept what nobody could find out'
        : 'a word here counts unknown as a match: that would accept what nobody could find out',
      ...(value && { labels: [{ ...gift.at, text: 'this accepts' }] }),
      help: 'write `on_unknown: skip` or `on_unknown: defer`',
    })
  }
  return onUnknown
}

/** What a rule grants to clients, if anything. */
function giftOf(node: MapNode): YamlNode | undefined {
  const answer = valueOf(node, 'return')
  const set = valueOf(node, 'set')
  const granted = set?.kind === 'map' ? ['relay_client', 'immune'].map((flag) => valueOf(set, flag)) : []
  return (
    valueOf(node, 'deliver') ??
    (textOf(answer) === 'OK' ? answer : granted.find((flag) => flag?.kind === 'scalar' && flag.value === true))
  )
}
