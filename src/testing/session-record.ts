/** A recorded session: the JSON shape shared by tests, `explain --session` and replay. */
import { canonicalIp } from '../core/net/ip.ts'
import { type Connection, newConnection } from '../core/session.ts'
import type { NoteValue } from '../core/notes.ts'
import type { DeliveryOutcome } from '../core/delivery.ts'
import type { FakeAnswers } from './fake-answers.ts'
import { mergeTables, type QuestionTable } from './fixture-questions.ts'
import type { SourceFixtures } from './fixture-sources.ts'
import { proxyOf, type ProxyRecord, tlsOf, type TlsRecord } from './transport-record.ts'

export interface SessionRecord {
  readonly remote_ip?: string
  readonly remote_host?: string | null
  readonly remote_port?: number
  readonly local_ip?: string
  readonly local_port?: number
  readonly listener?: string
  readonly client_sessions?: number
  readonly elapsed?: number
  readonly relay_client?: boolean
  readonly immune?: boolean
  readonly helo?: string
  readonly helo_verb?: 'EHLO' | 'HELO'
  readonly auth?: { readonly user: string; readonly mechanism?: string; readonly password?: string }
  readonly tls?: TlsRecord
  readonly anonymous?: boolean
  readonly attached?: boolean
  readonly proxy?: ProxyRecord
  readonly xforward?: Readonly<Record<string, string>>
  readonly commands?: readonly string[]
  readonly sender?: string
  readonly mail_params?: Readonly<Record<string, string>>
  readonly rcpt?: string | readonly string[]
  readonly rcpt_params?: Readonly<Record<string, string>>
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
  readonly message?: string
  readonly notes?: {
    readonly connection?: Readonly<Record<string, NoteValue>>
    readonly transaction?: Readonly<Record<string, NoteValue>>
  }
  readonly env?: Readonly<Record<string, string>>
  readonly policies?: Readonly<Record<string, object>>
  readonly now?: string
  readonly dns?: Readonly<Record<string, string | readonly string[]>>
  readonly answers?: FakeAnswers
  readonly sources?: SourceFixtures
  readonly sql?: QuestionTable
  readonly ldap?: QuestionTable
  readonly http?: QuestionTable
  readonly delivery?: DeliveryOutcome['kind']
}

/** What a record does not say; documentation addresses (RFC 5737). */
const DEFAULT_IP = '192.0.2.1'
const DEFAULT_LOCAL_IP = '198.51.100.1'

/** Later records win; `env`, `policies`, `dns`, `answers`, `sources`, `notes` and what is asked outside are merged key by key. */
export function mergeRecords(base: SessionRecord, over: SessionRecord): SessionRecord {
  return {
    ...base,
    ...over,
    env: { ...base.env, ...over.env },
    policies: { ...base.policies, ...over.policies },
    dns: { ...base.dns, ...over.dns },
    answers: { ...base.answers, ...over.answers },
    sources: { ...base.sources, ...over.sources },
    ...mergedQuestions(base, over),
    notes: {
      connection: { ...base.notes?.connection, ...over.notes?.connection },
      transaction: { ...base.notes?.transaction, ...over.notes?.transaction },
    },
  }
}

const QUESTION_TABLES = ['sql', 'ldap', 'http'] as const

function mergedQuestions(base: SessionRecord, over: SessionRecord): SessionRecord {
  const tables = QUESTION_TABLES.filter((kind) => base[kind] ?? over[kind])
  return Object.fromEntries(tables.map((kind) => [kind, mergeTables(base[kind], over[kind])]))
}

/** Throws an Error with a plain sentence for an address that is none. */
export function connectionOf(record: SessionRecord, startedAt: number): Connection {
  const connection = newConnection({
    id: 'offline',
    remote: { ip: addressIn(record.remote_ip ?? DEFAULT_IP), port: record.remote_port ?? 25000 },
    local: { ip: addressIn(record.local_ip ?? DEFAULT_LOCAL_IP), port: record.local_port ?? 25 },
    listener: record.listener ?? 'smtp',
    clientSessions: record.client_sessions,
    anonymous: record.anonymous ?? false,
    attached: record.attached ?? false,
    proxy: record.proxy && proxyOf(record.proxy),
    startedAt: startedAt - (record.elapsed ?? 0) * 1000,
    env: new Map(Object.entries(record.env ?? {})),
  })
  connection.remoteHost = record.remote_host ?? undefined
  connection.relayClient = record.relay_client ?? false
  connection.immune = record.immune ?? false
  if (record.auth && record.auth.password === undefined)
    connection.auth = { user: record.auth.user, mechanism: record.auth.mechanism ?? 'PLAIN' }
  connection.tls = record.tls && tlsOf(record.tls)
  connection.xforward = record.xforward && new Map(Object.entries(record.xforward))
  for (const [name, value] of Object.entries(record.notes?.connection ?? {})) connection.notes.set(name, value)
  return connection
}

function addressIn(text: string): string {
  const ip = canonicalIp(text)
  if (ip === undefined) throw new Error(`\`${text}\` is no IP address`)
  return ip
}

export function recipientsOf({ rcpt }: SessionRecord): readonly string[] {
  return typeof rcpt === 'string' ? [rcpt] : (rcpt ?? [])
}

/** Milliseconds since the epoch; throws an Error with a plain sentence for a time that is none. */
export function timeOf({ now }: SessionRecord, otherwise: number): number {
  if (now === undefined) return otherwise
  const time = Date.parse(now)
  if (Number.isNaN(time)) throw new Error(`\`${now}\` is no time; write it as 2026-11-20T12:00:00Z`)
  return time
}
