/**
 * The state of a session as plugins see it: connection, transaction, recipient.
 *
 * The SMTP session owns these objects; the dispatcher changes them only by applying effects.
 */
import type { Address } from './mail/address.ts'
import type { HeaderField } from './mail/header.ts'
import type { Hook } from './hook.ts'
import type { LimitName } from './limits.ts'
import type { Message } from './mail/message.ts'
import type { Notes } from './notes.ts'
import type { RecipientPolicy } from './policy.ts'
import type { Rule } from './program.ts'
import type { ProxyNotice } from './net/proxy.ts'
import type { TlsState } from './net/tls.ts'
import type { Unknown } from './truth.ts'
import type { Verdict } from './verdict.ts'

export interface Endpoint {
  /** Canonical text (RFC 5952), IPv4-mapped IPv6 unmapped. */
  readonly ip: string
  readonly port: number
}

export interface Hello {
  readonly verb: 'HELO' | 'EHLO' | 'LHLO'
  readonly name: string
}

/** A refusal decided early that is spoken at a later hook, when its plugin's turn comes there. */
export interface DelayedRefusal {
  readonly at: Hook
  readonly plugin: string
  readonly rule: Rule
  readonly verdict: Verdict
}

/** Limits that rules at `config` may change. */
export const SESSION_LIMITS = ['message_size', 'command_timeout'] as const satisfies readonly LimitName[]
export type SessionLimit = (typeof SESSION_LIMITS)[number]

/** What rules at `config` may change, for one session. */
export interface SessionConfig extends Partial<Record<SessionLimit, number>> {
  hostname?: string
  /** What follows the name in the greeting. */
  greeting?: string
}

export interface Connection {
  readonly id: string
  /** The client, as far as a trusted proxy (PROXY protocol, XCLIENT) says so where one is in between. */
  readonly remote: Endpoint
  readonly local: Endpoint
  /**
   * A proxy did not know the client: `remote` is the proxy's own. Neither `relay_client` nor `immune` can be had by such
   * an address, only by logging in.
   */
  readonly anonymous?: boolean
  /** Another mail server holds the session and asks us about it (src/attach): it decides what no plugin decides. */
  readonly attached?: boolean
  /** What a proxy announced with the PROXY protocol besides addresses. */
  readonly proxy?: ProxyNotice | undefined
  /** The client's name by PTR look-up; absent when it has none, unknown when the look-up failed. */
  remoteHost: string | undefined | Unknown
  readonly listener: string
  /** Sessions that its client had when it began, this one included; absent where nobody counts. */
  readonly clientSessions?: number | undefined
  /** Absent: what the site says. */
  readonly config?: SessionConfig
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** The environment variables a wrapper such as tcpserver set: RELAYCLIENT, RBLSMTPD, … */
  readonly env: ReadonlyMap<string, string>
  hello: Hello | undefined
  auth: { readonly user: string; readonly mechanism: string } | undefined
  tls: TlsState | undefined
  /**
   * The client before the one that talks to us, by XFORWARD: for logs and rules, until the next transaction ends. Names
   * in lower case.
   */
  xforward?: ReadonlyMap<string, string> | undefined
  /** May send mail to any domain. */
  relayClient: boolean
  /** Set by white lists: rules of the shipped builtins leave this client alone. */
  immune: boolean
  /** qpsmtpd's karma. */
  score: number
  readonly notes: Notes
  readonly delayed: DelayedRefusal[]
}

export interface Recipient {
  readonly address: Address
  readonly params: ReadonlyMap<string, string | true>
  readonly notes: Notes
  /** Where mail to it goes instead, because a rule said so (`deliver_to`). For the client and for rules it stays what it is. */
  deliverTo?: readonly Address[]
  /** Found at RCPT, before the hook. */
  policy?: RecipientPolicy
  /** Directory of its own files, with %u, %h or %a in it: a rule at `user_config` said so. */
  ownFiles?: string
  /** It would have refused the message (`on_split: quarantine`): what it wanted to say. */
  held?: Verdict
  /** Rules leave mail to this recipient alone. */
  immune?: boolean
}

export interface Transaction {
  readonly id: string
  sender: Address | undefined
  /** ESMTP parameters of MAIL, names in upper case. */
  mailParams: ReadonlyMap<string, string | true>
  readonly recipients: Recipient[]
  /** Recipients that rules after DATA treat alike, each part on its own; absent while there is one part. */
  parts?: readonly (readonly Recipient[])[]
  message: Message | undefined
  /** What rules put on top of the header section before there is one. */
  readonly newFields: HeaderField[]
  immune: boolean
  readonly notes: Notes
  readonly delayed: DelayedRefusal[]
}

export function newTransaction(id: string): Transaction {
  return {
    id,
    sender: undefined,
    mailParams: new Map(),
    recipients: [],
    message: undefined,
    newFields: [],
    immune: false,
    notes: new Map(),
    delayed: [],
  }
}

/** What the client says its content is (RFC 6152, RFC 3030), in upper case; undefined when it does not say. */
export function bodyOf({ mailParams }: Pick<Transaction, 'mailParams'>): string | undefined {
  const body = mailParams.get('BODY')
  return typeof body === 'string' ? body.toUpperCase() : undefined
}

/** Whether the client hears a reply for each recipient after the content (LMTP, PRDR). */
export function repliesEach({ attached, hello }: Connection, { mailParams }: Pick<Transaction, 'mailParams'>): boolean {
  if (attached) return false
  return hello?.verb === 'LHLO' || mailParams.has('PRDR')
}

export function newRecipient(address: Address, params: ReadonlyMap<string, string | true> = new Map()): Recipient {
  return { address, params, notes: new Map() }
}

/** Where mail to it goes: to itself, unless a rule said otherwise. */
export function destinationsOf({ address, deliverTo }: Recipient): readonly Address[] {
  return deliverTo ?? [address]
}

export type ConnectionStart = Pick<
  Connection,
  'id' | 'remote' | 'local' | 'anonymous' | 'attached' | 'proxy' | 'listener' | 'clientSessions' | 'startedAt' | 'env'
>

export function newConnection(start: ConnectionStart): Connection {
  return {
    ...start,
    remoteHost: undefined,
    hello: undefined,
    auth: undefined,
    config: {},
    tls: undefined,
    relayClient: false,
    immune: false,
    score: 0,
    notes: new Map(),
    delayed: [],
  }
}
