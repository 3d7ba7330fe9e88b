/** What the right side of an access table says (access(5)), and rules that do it. */
import { type Json, literal, type RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import type { PostfixContext } from './context.ts'

/** How a refusal in this place begins, and its status. */
export interface Refusal {
  /** `<${sender}>: Sender address rejected` */
  readonly subject: string
  readonly status?: string
}

export type Action =
  | { readonly kind: 'permit' }
  | { readonly kind: 'dunno' }
  | {
      readonly kind: 'refuse'
      readonly code: RefusalCode
      readonly reply: number | undefined
      readonly status: string | undefined
      readonly text: string
    }
  | { readonly kind: 'discard' }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'prepend'; readonly field: string; readonly value: string }
  | { readonly kind: 'warn'; readonly level: 'info' | 'warn'; readonly text: string }
  | { readonly kind: 'absent'; readonly verb: string }
  | { readonly kind: 'restrictions' }

export type RefusalCode = 'DENY' | 'DENYSOFT' | 'DENY_DISCONNECT' | 'DENYSOFT_DISCONNECT'

const SOFT = /^DEFER(?:_IF_REJECT|_IF_PERMIT)?$/
const ABSENT: ReadonlySet<string> = new Set(['HOLD', 'FILTER', 'BCC', 'STRIP', 'REPLACE', 'IGNORE', 'PASS', 'DELAY'])

export function actionIn(value: PlacedText): Action {
  const [, first = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(value.text) ?? []
  const verb = first.toUpperCase()
  if (verb === '' || verb === 'OK' || (/^\d+$/.test(verb) && !/^[45]\d\d$/.test(verb))) return { kind: 'permit' }
  if (verb === 'REJECT') return refusal('DENY', undefined, rest)
  if (SOFT.test(verb)) return refusal('DENYSOFT', undefined, rest)
  if (/^[45]\d\d$/.test(verb)) return refusal(codeFor(verb), Number(verb), rest)
  if (verb === 'DUNNO') return { kind: 'dunno' }
  if (verb === 'DISCARD') return { kind: 'discard' }
  if (verb === 'REDIRECT') return { kind: 'redirect', to: rest.trim() }
  if (verb === 'PREPEND') return prepend(rest)
  if (verb === 'WARN' || verb === 'INFO') return { kind: 'warn', level: verb === 'WARN' ? 'warn' : 'info', text: rest }
  return ABSENT.has(verb) ? { kind: 'absent', verb } : { kind: 'restrictions' }
}

function codeFor(reply: string): RefusalCode {
  if (reply === '521') return 'DENY_DISCONNECT'
  if (reply === '421') return 'DENYSOFT_DISCONNECT'
  return reply.startsWith('5') ? 'DENY' : 'DENYSOFT'
}

/** Enhanced status codes stand before the text. */
function refusal(code: RefusalCode, reply: number | undefined, rest: string): Action {
  const [, status, text = rest] = /^([45]\.\d{1,3}\.\d{1,3})\s*(.*)$/s.exec(rest) ?? []
  return { kind: 'refuse', code, reply, status, text: text.replace(/\s+/g, ' ').trim() }
}

function prepend(rest: string): Action {
  const [, field, value = ''] = /^([!-9;-~]+):\s*(.*)$/s.exec(rest) ?? []
  return field === undefined ? { kind: 'absent', verb: 'PREPEND' } : { kind: 'prepend', field, value }
}

/** `class` of a status follows the code: soft_bounce and DEFER change it. */
export function statusFor(code: RefusalCode, status: string): string {
  return `${code.startsWith('DENYSOFT') ? '4' : '5'}${status.slice(1)}`
}

/** Reply codes stay within the class of the return code; one that no rule can say is left to the hook. */
export function replyFor(code: RefusalCode, reply: number | undefined): { readonly reply_code?: number } {
  const isOfClass = reply !== undefined && String(reply).startsWith(code.startsWith('DENYSOFT') ? '4' : '5')
  const isSayable = isOfClass && REPLY_CODES.has(reply) && !code.endsWith('DISCONNECT')
  return isSayable ? { reply_code: reply } : {}
}

const REPLY_CODES: ReadonlySet<number> = new Set([450, 451, 452, 530, 550, 551, 552, 553, 554])

export interface ActionPlace {
  readonly id: string
  readonly summary: string
  readonly when: Json
  readonly refusal: Refusal
  readonly at: PlacedText
}

/** Rules for an action that is no list of restrictions; nothing for those that change nothing. */
export function rulesFor(action: Action, place: ActionPlace, context: PostfixContext): readonly RuleDraft[] {
  const { id, summary, when: match } = place
  if (action.kind === 'permit') return [{ id, summary, match, return: 'DECLINED' }]
  if (action.kind === 'refuse') return [refusalRule(action, place)]
  if (action.kind === 'redirect') return [{ id: `${id}-redirect`, summary, match, deliver_to: literal(action.to) }]
  if (action.kind === 'prepend')
    return [{ id: `${id}-prepend`, summary, match, headers: { add: { [action.field]: literal(action.value) } } }]
  if (action.kind === 'warn')
    return [{ id: `${id}-warn`, summary, match, log: { level: action.level, text: literal(action.text || summary) } }]
  if (action.kind === 'discard') return [discardRule(place, context)]
  if (action.kind === 'absent') reportAbsent(action.verb, place, context)
  return []
}

/** Postfix asks nothing more about mail that it drops, not even in other lists. */
function discardRule({ id, summary, when: match }: ActionPlace, context: PostfixContext): RuleDraft {
  const answer = context.isAtRcpt ? 'OK' : 'DECLINED'
  return { id: `${id}-discard`, summary, match, set: { [context.discardNote()]: true }, return: answer }
}

function refusalRule(
  { code, reply, status, text }: Extract<Action, { readonly kind: 'refuse' }>,
  place: ActionPlace,
): RuleDraft {
  const { id, summary, when: match, refusal: said } = place
  return {
    id,
    summary,
    match,
    return: code,
    ...replyFor(code, reply ?? (code === 'DENY' ? 554 : 450)),
    status: statusFor(code, status ?? said.status ?? '5.7.1'),
    message: `${said.subject}: ${text === '' ? 'Access denied' : literal(withoutGroups(text))}`,
  }
}

/** `$1`, `${1}` and `$(1)` of patterns: what was found is not at hand here. */
export function withoutGroups(text: string): string {
  return text.replace(/\$(?:\d+|\{\d+\}|\(\d+\))/g, '').trim()
}

const INSTEAD: Readonly<Record<string, string>> = {
  HOLD: 'a rule that delivers elsewhere, for somebody to look at: `deliver_to: postmaster@…`',
  FILTER: 'an entry of the plugin list with `match`, before the one that delivers: `use: queue/smtp-forward`',
  BCC: '`deliver_to: ["${rcpt}", copy@…]`',
}

function reportAbsent(verb: string, { at }: ActionPlace, { findings }: PostfixContext): void {
  const effect = verb === 'HOLD' ? 'laxer' : 'none'
  findings.missing({
    at: at.at,
    effect,
    message: `\`${verb}\` is left out: nothing here does that`,
    instead: INSTEAD[verb],
  })
}
