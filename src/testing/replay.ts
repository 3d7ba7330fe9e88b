/**
 * Decides recorded decisions again, with other rules, offline, and says what changes.
 *
 * A record (docs/operations.md, "The decision log") holds the facts of its session so far. The session is walked from its
 * beginning, so that rules at earlier hooks have their say; the notes and rights of then are left out, because rules set
 * them anew. What the rules ask for and the record does not hold makes the outcome undetermined, never the same.
 */
import { HOOKS, type Hook, isHook } from '../core/hook.ts'
import { replyRow } from '../core/reply-table.ts'
import type { Outcome } from '../core/outcome.ts'
import type { PolicyPlan } from '../core/policy.ts'
import type { Truth } from '../core/truth.ts'
import type { ReturnCode } from '../core/verdict.ts'
import type { Dispatch } from '../engine/dispatch.ts'
import { type OfflineWorld, offlinePorts } from './offline-ports.ts'
import { RecordedMessage } from './recorded-message.ts'
import { recordedPolicies } from './recorded-policies.ts'
import { recipientsOf, type SessionRecord } from './session-record.ts'
import { walk, type Walked, type WalkOptions } from './walk.ts'

/** A rule on the path to a decision. */
export interface LoggedStep {
  readonly plugin: string
  readonly rule: string
  readonly truth: Truth
  readonly mode?: 'monitor'
}

/** What a line of the decision log must have to be decided again. */
export interface LoggedDecision {
  readonly id: string
  readonly time: string
  readonly connection?: string
  readonly transaction?: string
  readonly hook: Hook
  readonly facts: SessionRecord
  readonly masked?: Readonly<Record<string, unknown>>
  readonly size?: number
  readonly header_names?: readonly string[]
  readonly rcpt_left_out?: number
  readonly decision: {
    readonly return: ReturnCode
    readonly message?: string
    readonly plugin?: string
    readonly rule?: string
    readonly rcpt?: string
  }
  /** Rules that held, or could not be decided. */
  readonly path?: readonly LoggedStep[]
  /** What rules on trial would have answered. */
  readonly would?: readonly { readonly plugin?: string; readonly rule?: string; readonly return: ReturnCode }[]
}

export const ENDINGS = ['accept', 'defer', 'reject', 'silent'] as const
export type Ending = (typeof ENDINGS)[number]

export interface Verdict {
  readonly ending: Ending
  /** `plugin/rule`; nobody where nobody spoke. */
  readonly by: string | undefined
  readonly message: string | undefined
}

export type Judged = Verdict | { readonly undetermined: readonly string[] }

/** What decides: rules, and what goes with them. */
export interface Judges extends Pick<WalkOptions, 'hostname' | 'policies' | 'split'> {
  /** What policies may say; `policies` are asked where a record does not have them. Nobody asks a source outside. */
  readonly plan?: Pick<PolicyPlan, 'read' | 'source'> | undefined
  readonly dispatch: Dispatch
  readonly world: Pick<OfflineWorld, 'clock' | 'log'>
}

/** Hooks that a walk comes to by itself. At the others a client said something that the record does not hold. */
const WALKED: ReadonlySet<Hook> = new Set(
  HOOKS.slice(HOOKS.indexOf('pre_connection'), HOOKS.indexOf('queue') + 1).filter(
    (hook) => !['auth', 'mail_pre', 'rcpt_pre', 'received_line', 'config', 'user_config'].includes(hook),
  ),
)
const AFTER_MAIL: ReadonlySet<Hook> = new Set(HOOKS.slice(HOOKS.indexOf('rcpt'), HOOKS.indexOf('queue') + 1))
const CONTENT: ReadonlySet<Hook> = new Set(HOOKS.slice(HOOKS.indexOf('data'), HOOKS.indexOf('queue') + 1))

/** Whether decisions at this hook can be decided again. */
export function isReplayable(hook: string): hook is Hook {
  return isHook(hook) && WALKED.has(hook)
}

/** What was decided then. */
export function recordedVerdict({ hook, decision, facts }: LoggedDecision): Verdict {
  return verdictOf({ hook, ...decision }, facts)
}

/** Transactions of which recipients are remembered. */
const MOST_TRANSACTIONS = 10_000

type Envelope = Pick<SessionRecord, 'policies'> & { readonly rcpt: readonly string[] }

/** A record of RCPT has its own recipient only; what those before it did to notes and scores is decided anew with it. */
export class Envelopes {
  readonly #envelopes = new Map<string, Envelope>()

  /** The record with all recipients of its transaction so far, accepted or not. To be asked once for each, in order. */
  complete(record: LoggedDecision): LoggedDecision {
    const { transaction, hook, facts } = record
    if (transaction === undefined || !AFTER_MAIL.has(hook)) return record
    const before = this.#envelopes.get(transaction)
    const own = recipientsOf(facts)
    const rcpt = hook === 'rcpt' ? [...(before?.rcpt ?? []), ...own] : (before?.rcpt ?? own)
    const policies = (before?.policies ?? facts.policies) ? { ...before?.policies, ...facts.policies } : undefined
    const whole = { rcpt, ...(policies && { policies }) }
    if (hook === 'rcpt') this.#remember(transaction, whole)
    return { ...record, facts: { ...facts, ...whole } }
  }

  #remember(transaction: string, envelope: Envelope): void {
    this.#envelopes.delete(transaction)
    this.#envelopes.set(transaction, envelope)
    const [oldest] = this.#envelopes.keys()
    if (this.#envelopes.size > MOST_TRANSACTIONS && oldest !== undefined) this.#envelopes.delete(oldest)
  }
}

/** What these rules decide. */
export async function judge(record: LoggedDecision, judges: Judges): Promise<Judged> {
  const gone = missingBefore(record)
  if (gone.length > 0) return { undetermined: gone }
  const missing = new Set<string>()
  const { outcomes } = await walkRecorded(record, judges, (what) => missing.add(what))
  if (missing.size > 0) return { undetermined: [...missing] }
  const outcome = outcomeFor(record, outcomes)
  return outcome
    ? verdictOf(decisionIn(outcome), record.facts)
    : { ending: 'accept', by: undefined, message: undefined }
}

/** What was known when it was decided and the record does not have: masked, or too much. */
export function missingBefore({ masked = {}, rcpt_left_out: leftOut = 0 }: LoggedDecision): readonly string[] {
  const hidden = Object.keys(masked).map((name) => `${name} (masked)`)
  return leftOut > 0 ? [...hidden, 'some of many recipients'] : hidden
}

/** Walks the session of a record as far as the record knows it; `onMissing` hears what rules ask for and it does not hold. */
export async function walkRecorded(
  record: LoggedDecision,
  judges: Judges,
  onMissing: (what: string) => void,
): Promise<Walked> {
  const { dispatch, world, plan, policies, ...rest } = judges
  const facts = sessionOf(record)
  const recorded = facts.policies ?? (plan?.source && {})
  const ports = offlinePorts(facts, {
    ...world,
    onMissingDns: (question) => {
      onMissing(`DNS ${question}`)
      return { kind: 'failed', because: 'not recorded' }
    },
    onMissingAnswer: onMissing,
    onMissingSource: onMissing,
    onMissingQuestion: onMissing,
  })
  return walk(facts, {
    ...rest,
    policies: plan && recorded ? recordedPolicies(recorded, plan, onMissing) : policies,
    dispatch,
    ports,
    isolated: false,
    message: undefined,
    content: CONTENT.has(record.hook) ? contentOf(record, onMissing) : undefined,
  })
}

/** Its session, to be walked from the beginning. Who has logged in may relay; all other rights, and notes, come from rules. */
export function sessionOf({
  facts: { notes: _notes, immune: _immune, relay_client: mayRelay, ...facts },
}: LoggedDecision): SessionRecord {
  return mayRelay === true && facts.auth ? { ...facts, relay_client: true } : facts
}

function contentOf(record: LoggedDecision, onMissing: (what: string) => void): RecordedMessage {
  const { facts, header_names: names = [], size = 0 } = record
  return new RecordedMessage({ headers: facts.headers ?? [], names, size }, onMissing)
}

/** What rules said at the same place, for its recipient the last time, or the refusal that came before it. */
function outcomeFor({ hook, facts }: LoggedDecision, outcomes: readonly Outcome[]): Outcome | undefined {
  const ends = outcomes.filter((one) => WALKED.has(one.hook) && stops(one.hook, one.verdict.code, facts))
  return outcomes.findLast((one) => one.hook === hook) ?? ends.find((one) => one.hook !== 'rcpt') ?? ends.at(-1)
}

function stops(hook: Hook, code: ReturnCode, { attached }: SessionRecord): boolean {
  const { meaning } = replyRow(hook, code, attached)
  return meaning === 'refuse' || meaning === 'silent'
}

function decisionIn({ hook, verdict, by }: Outcome): Parameters<typeof verdictOf>[0] {
  const { code, message } = verdict
  return { hook, return: code, ...(message !== undefined && { message }), ...by }
}

type Said = Pick<LoggedDecision, 'hook'> & LoggedDecision['decision']

/** What a delivery says is its target's, and offline there is none. */
function verdictOf({ hook, return: code, plugin, rule, message }: Said, facts: SessionRecord): Verdict {
  const text = hook === 'queue' ? undefined : message
  return { ending: endingOf(hook, code, facts), by: speaker(plugin, rule), message: text }
}

/** What a client takes an answer for. */
export function endingOf(hook: Hook, code: ReturnCode, facts: SessionRecord): Ending {
  if (!stops(hook, code, facts)) return 'accept'
  if (code === 'DONE') return 'silent'
  return code.startsWith('DENYSOFT') || code === 'DECLINED' ? 'defer' : 'reject'
}

function speaker(plugin: string | undefined, rule: string | undefined): string | undefined {
  return plugin === undefined || rule === undefined ? undefined : `${plugin}/${rule}`
}
