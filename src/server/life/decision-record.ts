/**
 * The record of a decision: what was known, what the rules said, and which ones held (docs/operations.md).
 *
 * `facts` is a session as tests, `explain` and replays read it, with the answers of DNS and of others outside, so a decision
 * can be asked again offline. The content of a message is not in it; of its header, the fields the site names.
 */
import { addressText } from '../../core/mail/address.ts'
import type { HookContext } from '../../core/context.ts'
import type { Hook } from '../../core/hook.ts'
import { notesToJson, type NoteValue } from '../../core/notes.ts'
import type { Outcome, Speaker } from '../../core/outcome.ts'
import { replyRow } from '../../core/reply-table.ts'
import type { Connection, Transaction } from '../../core/session.ts'
import type { RuleTrace } from '../../core/trace.ts'
import type { ReturnCode, Verdict } from '../../core/verdict.ts'
import type { MaskedField } from '../../compiler/settings/life-settings.ts'
import { policiesOf } from './recorded-policies.ts'
import { anonymousTls, transportOf } from './recorded-transport.ts'

export interface DecisionRecord {
  readonly v: 1
  /** Connection and number: no two decisions have the same. */
  readonly id: string
  /** As 2026-11-20T12:00:00.000Z. */
  readonly time: string
  readonly rules_revision: string
  readonly connection: string
  readonly transaction?: string
  readonly hook: Hook
  readonly facts: RecordedFacts
  /** Facts that are left out, by the keyed hash of what they were. */
  readonly masked?: Readonly<Record<string, string | readonly string[]>>
  /** Recipients that do not fit into the record. */
  readonly rcpt_left_out?: number
  /** Octets of the message. */
  readonly size?: number
  /** Fields of its header that are recorded, wherever they are there. */
  readonly header_names?: readonly string[]
  /** Rules that held or could not be decided, in the order in which they were asked. */
  readonly path: readonly PathStep[]
  readonly decision: RecordedDecision
  /** What rules in monitor mode would have decided. */
  readonly would?: readonly RecordedDecision[]
  /** Notes after the decision, when it changed them. */
  readonly notes_out?: RecordedNotes
  readonly took_us: number
}

export interface RecordedDecision extends Partial<Speaker> {
  readonly return: ReturnCode
  /** What it means at this hook: `proceed`, `accept`, `refuse`, `silent` or `ignore`. */
  readonly meaning?: string
  readonly rcpt?: string
  readonly message?: string
}

export interface PathStep extends Speaker {
  readonly truth: 'hit' | 'unknown'
  readonly return?: ReturnCode
  readonly mode?: 'monitor'
}

type NoteMap = Readonly<Record<string, NoteValue>>

export interface RecordedNotes {
  readonly connection: NoteMap
  readonly transaction: NoteMap
}

/** A session record (docs/session.md). */
export type RecordedFacts = Readonly<Record<string, unknown>>

/** What changes while a hook runs, as it was before. */
export interface Before {
  readonly relayClient: boolean
  readonly immune: boolean
  readonly notes: RecordedNotes
}

export function stateBefore({ connection, transaction }: HookContext): Before {
  return {
    relayClient: connection.relayClient,
    immune: connection.immune || (transaction?.immune ?? false),
    notes: notesOf(connection, transaction),
  }
}

/** Whether anybody will ask about it: a rule spoke or held, or the client was refused. */
export function isNotable(
  { connection }: Pick<HookContext, 'connection'>,
  { hook, verdict, by, monitored, trace = [] }: Outcome,
): boolean {
  if (by !== undefined || monitored.length > 0) return true
  return (
    replyRow(hook, verdict.code, connection.attached).meaning === 'refuse' ||
    trace.some(({ truth }) => truth !== 'miss')
  )
}

export type DnsAnswers = ReadonlyMap<string, string | readonly string[]>

export interface Circumstances {
  readonly number: number
  readonly now: number
  readonly tookMicroseconds: number
  readonly revision: string
  readonly before: Before
  readonly dns: DnsAnswers
  /** What words asked outside, by kind: `sql`, `ldap`, `http`. */
  readonly questions: Readonly<Record<string, unknown>>
  /** Names of header fields to record. */
  readonly headers: readonly string[]
}

export function recordOf(context: HookContext, outcome: Outcome, around: Circumstances): DecisionRecord {
  const { connection, transaction } = context
  const after = notesOf(connection, transaction)
  const leftOut = Math.max(0, (transaction?.recipients.length ?? 0) - MOST_RECIPIENTS)
  return {
    v: 1,
    id: `${connection.id}.${around.number}`,
    time: new Date(around.now).toISOString(),
    rules_revision: around.revision,
    connection: connection.id,
    ...(transaction && { transaction: transaction.id }),
    hook: outcome.hook,
    facts: factsOf(context, around),
    ...(leftOut > 0 && !context.recipient && { rcpt_left_out: leftOut }),
    ...(transaction?.message && { size: transaction.message.size, ...namesOf(around.headers) }),
    path: (outcome.trace ?? []).flatMap(stepOf),
    decision: decisionOf(context, outcome),
    ...(outcome.monitored.length > 0 && { would: outcome.monitored.map(wouldOf) }),
    ...(JSON.stringify(after) !== JSON.stringify(around.before.notes) && { notes_out: after }),
    took_us: around.tookMicroseconds,
  }
}

function namesOf(headers: readonly string[]): Pick<DecisionRecord, 'header_names'> {
  return headers.length > 0 ? { header_names: headers } : {}
}

/** A message to a thousand recipients has hooks enough to fill a disk. */
const MOST_RECIPIENTS = 100

function factsOf(context: HookContext, { before, dns, questions, headers, now }: Circumstances): RecordedFacts {
  const { connection, transaction } = context
  const { remote, local, listener, clientSessions, remoteHost, hello, auth } = connection
  return {
    remote_ip: remote.ip,
    remote_port: remote.port,
    local_ip: local.ip,
    local_port: local.port,
    listener,
    ...(clientSessions !== undefined && { client_sessions: clientSessions }),
    ...((remoteHost === undefined || typeof remoteHost === 'string') && { remote_host: remoteHost ?? null }),
    ...(before.relayClient && { relay_client: true }),
    ...(before.immune && { immune: true }),
    ...(hello && { helo: hello.name, ...(hello.verb !== 'LHLO' && { helo_verb: hello.verb }) }),
    ...(auth && { auth }),
    ...transportOf(connection),
    ...envelopeOf(context),
    ...(headers.length > 0 && transaction?.message && { headers: fieldsOf(context, headers) }),
    notes: before.notes,
    now: new Date(now).toISOString(),
    ...(dns.size > 0 && { dns: Object.fromEntries(dns) }),
    ...questions,
  }
}

function envelopeOf(context: HookContext): RecordedFacts {
  const { transaction, recipient } = context
  if (!transaction?.sender) return {}
  const recipients = recipient ? [recipient] : transaction.recipients.slice(0, MOST_RECIPIENTS)
  const policies = policiesOf(context, recipients)
  const params = [...transaction.mailParams].map(([name, value]) => [name, value === true ? '' : value] as const)
  return {
    sender: addressText(transaction.sender),
    ...(params.length > 0 && { mail_params: Object.fromEntries(params) }),
    ...(recipients.length > 0 && { rcpt: recipients.map(({ address }) => addressText(address)) }),
    ...(policies && { policies }),
  }
}

const MOST_HEADER_VALUE = 1000

function fieldsOf({ transaction }: HookContext, names: readonly string[]): readonly (readonly [string, string])[] {
  return names.flatMap((name) =>
    (transaction?.message?.values(name) ?? []).map((value) => [name, value.slice(0, MOST_HEADER_VALUE)] as const),
  )
}

function notesOf(connection: Connection, transaction: Transaction | undefined): RecordedNotes {
  return { connection: notesToJson(connection.notes), transaction: notesToJson(transaction?.notes ?? new Map()) }
}

function stepOf({ plugin, rule, at, truth, return: code, monitored }: RuleTrace): readonly PathStep[] {
  if (truth === 'miss') return []
  return [{ plugin, rule, at, truth, ...(code && { return: code }), ...(monitored && { mode: 'monitor' }) }]
}

function decisionOf({ connection, recipient }: HookContext, { hook, verdict, by }: Outcome): RecordedDecision {
  return {
    ...spokenOf(verdict),
    meaning: replyRow(hook, verdict.code, connection.attached).meaning,
    ...(recipient && { rcpt: addressText(recipient.address) }),
    ...by,
  }
}

function wouldOf({ verdict, ...by }: Outcome['monitored'][number]): RecordedDecision {
  return { ...spokenOf(verdict), ...by }
}

function spokenOf({ code, message }: Verdict): RecordedDecision {
  return { return: code, ...(message !== undefined && { message }) }
}

/** The facts behind each name that can be masked; those behind its first go with it. */
const MASKED: Readonly<Record<MaskedField, readonly string[]>> = {
  remote_ip: ['remote_ip', 'remote_port', 'remote_host', 'proxy', 'xforward'],
  helo: ['helo'],
  auth: ['auth'],
  sender: ['sender'],
  rcpt: ['rcpt'],
}

/** What may repeat what is masked: rules can put any fact into texts, and lists of policies hold senders and clients. */
const REPEATING = ['dns', 'sql', 'ldap', 'http', 'headers', 'mail_params', 'notes', 'policies']

export function masked(
  record: DecisionRecord,
  fields: readonly MaskedField[],
  hash: (text: string) => string,
): DecisionRecord {
  if (fields.length === 0) return record
  const gone = new Set([...fields.flatMap((field) => MASKED[field]), ...REPEATING])
  const isClientGone = fields.includes('remote_ip')
  const kept = Object.entries(record.facts)
    .filter(([name]) => !gone.has(name))
    .map(([name, value]) => [name, name === 'tls' && isClientGone ? anonymousTls(value) : value] as const)
  const hashes = fields.flatMap((field) => {
    const value = hashOf(record.facts[field], hash)
    return value === undefined ? [] : [[field, value] as const]
  })
  const { notes_out: _, would, decision, ...rest } = record
  return {
    ...rest,
    facts: Object.fromEntries(kept),
    masked: Object.fromEntries(hashes),
    decision: withoutTexts(decision),
    ...(would && { would: would.map(withoutTexts) }),
  }
}

function withoutTexts({ message: _message, rcpt: _rcpt, ...rest }: RecordedDecision): RecordedDecision {
  return rest
}

function hashOf(value: unknown, hash: (text: string) => string): string | readonly string[] | undefined {
  if (typeof value === 'string') return hash(value)
  if (Array.isArray(value)) return value.map((one) => hash(String(one)))
  return value === undefined || value === null ? undefined : hash(JSON.stringify(value))
}
