/** Expectations against what happened, field by field. */
import { addressText } from '../core/mail/address.ts'
import type { Decision } from '../core/decision.ts'
import type { Outcome } from '../core/outcome.ts'
import { formatDuration, parseDuration } from '../language/units.ts'
import { destinationsOf } from '../core/session.ts'
import type { Expectation } from './test-case.ts'
import { isAfterwards } from './offline-session.ts'
import type { Walked } from './walk.ts'

export interface Mismatch {
  readonly field: string
  readonly expected: string
  readonly actual: string
  /** The step and the decision it is about, where a test expects more than one thing. */
  readonly about?: string
}

export interface Meant {
  readonly decision: Decision
  readonly outcome: Outcome
}

/** Empty when everything expected holds. */
export function compare(expected: Expectation, walked: Walked): readonly Mismatch[] {
  const meant = decisionMeant(expected, walked)
  if (!meant) return [notReached(expected, walked)]
  return [...ofDecision(expected, meant), ...ofSession(expected, walked)]
}

/** The decision that an expectation is about; undefined when the session did not get there. */
export function decisionMeant({ hook, rcpt }: Expectation, { decisions, outcomes }: Walked): Meant | undefined {
  const matches = (decision: Decision): boolean =>
    (hook === undefined || decision.hook === hook) && (rcpt === undefined || decision.rcpt === rcpt)
  const isUnnamed = hook === undefined && rcpt === undefined
  const index = isUnnamed ? decisions.findLastIndex((one) => !isAfterwards(one.hook)) : decisions.findIndex(matches)
  const [decision, outcome] = [decisions[index], outcomes[index]]
  return decision && outcome && { decision, outcome }
}

function notReached({ hook, rcpt }: Expectation, { decisions }: Walked): Mismatch {
  const last = decisions.at(-1)
  const reached = last
    ? `the session ended at ${last.hook}: ${last.reply || last.return}${last.rule === undefined ? '' : ` by ${last.plugin}/${last.rule}`}`
    : 'nothing happened'
  return { field: 'hook', expected: [hook, rcpt].filter(Boolean).join(' '), actual: reached }
}

function ofDecision(expected: Expectation, { decision, outcome }: Meant): readonly Mismatch[] {
  const monitored = outcome.monitored[0]?.verdict.code
  return [
    ...differs('return', expected.return, decision.return),
    ...differs('message', expected.message, decision.message ?? ''),
    ...beginsWith('reply', expected.reply, decision.reply),
    ...differs('plugin', expected.plugin, decision.plugin ?? 'none'),
    ...differs('rule', expected.rule, decision.rule ?? 'none'),
    ...differs('disconnect', expected.disconnect, decision.disconnect),
    ...differs('would', expected.would, monitored ?? 'none'),
    ...differs('delay', delayIn(expected), formatDuration(outcome.delay)),
    ...logged(expected.log, decision),
    ...differs(
      'unknown',
      expected.unknown,
      decision.trace.some(({ truth }) => truth === 'unknown'),
    ),
  ]
}

function delayIn({ delay }: Expectation): string | undefined {
  return delay === undefined ? undefined : formatDuration(parseDuration(String(delay)) ?? 0)
}

/** One of the lines that rules wrote at this hook has the text. */
function logged(expected: string | undefined, { trace }: Decision): readonly Mismatch[] {
  const effects = trace.flatMap((rule) => (rule.monitored ? [] : rule.effects))
  const lines = effects.flatMap((effect) => (effect.kind === 'log' ? [effect.text] : []))
  if (expected === undefined || lines.some((line) => line.includes(expected))) return []
  return [{ field: 'log', expected, actual: lines.length > 0 ? lines.join('; ') : 'nothing' }]
}

function isImmune({ connection, transaction }: Walked): boolean {
  const { recipients = [], immune = false } = transaction ?? {}
  return connection.immune || immune || (recipients.length > 0 && recipients.every((one) => one.immune))
}

function ofSession(expected: Expectation, walked: Walked): readonly Mismatch[] {
  const { accepted, connection, transaction } = walked
  const notes = new Map([
    ...connection.notes,
    ...(transaction?.notes ?? []),
    ...(transaction?.recipients.flatMap((one) => [...one.notes]) ?? []),
  ])
  return [
    ...differs('accepted', joined(expected.accepted), accepted.join(', ') || NOBODY),
    ...differs('delivered_to', joined(expected.delivered_to), destinations(transaction)),
    ...differs('relay_client', expected.relay_client, connection.relayClient),
    ...differs('immune', expected.immune, isImmune(walked)),
    ...differs('score', expected.score, connection.score),
    ...Object.entries(expected.notes ?? {}).flatMap(([name, value]) =>
      differs(`notes.${name}`, value, notes.get(name) ?? 'absent'),
    ),
    ...Object.entries(expected.headers ?? {}).flatMap(([name, value]) =>
      differs(`headers.${name}`, value, transaction?.message?.values(name)[0] ?? 'absent'),
    ),
  ]
}

/** As a test says it: `accepted: []`; `""` says the same. */
const NOBODY = '[]'

function joined(wanted: string | readonly string[] | undefined): string | undefined {
  return wanted === undefined ? undefined : [wanted].flat().join(', ') || NOBODY
}

function destinations(transaction: Walked['transaction']): string {
  return (transaction?.recipients ?? []).flatMap(destinationsOf).map(addressText).join(', ') || NOBODY
}

type Plain = string | number | boolean

function differs(field: string, expected: Plain | undefined, actual: Plain): readonly Mismatch[] {
  return expected === undefined || expected === actual
    ? []
    : [{ field, expected: String(expected), actual: String(actual) }]
}

function beginsWith(field: string, expected: string | number | undefined, actual: string): readonly Mismatch[] {
  return expected === undefined || actual.startsWith(String(expected))
    ? []
    : [{ field, expected: String(expected), actual }]
}
