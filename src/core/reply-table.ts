/**
 * The one table of hooks × return codes × replies.
 *
 * It says which codes a hook accepts, what each means there, and the reply it becomes when the verdict brings no text or
 * status of its own. The compiler refuses a rule whose code is not in its hook's row; the session speaks nothing else.
 * Differences from qpsmtpd's replies are listed in docs/qpsmtpd-differences.md.
 */
import type { Hook } from './hook.ts'
import type { ReturnCode } from './verdict.ts'

export interface ReplyRow {
  /**
   * `proceed`: go on as if nobody had spoken; `accept`: go on because a plugin said so; `refuse`: stop here;
   * `silent`: stop here and send nothing; `ignore`: the answer changes nothing.
   */
  readonly meaning: 'proceed' | 'accept' | 'refuse' | 'silent' | 'ignore'
  /** Absent: the session's next words (greeting, EHLO lines, 354) are the reply, or nothing is sent. */
  readonly reply?: { readonly code: number; readonly status?: string; readonly text: string }
  readonly close?: boolean
  /** What the verdict says is for the log alone: at auth, another text could tell which users there are. */
  readonly isReplyFixed?: boolean
}

export type ReplyRows = Readonly<Partial<Record<ReturnCode, ReplyRow>>>

/** `{subject}` in a text stands for the address or name the command was about. */
function refuse(code: number, status: string, text: string, close = false): ReplyRow {
  return { meaning: 'refuse', reply: { code, status, text }, close }
}

function accept(code: number, status: string | undefined, text: string): ReplyRow {
  return { meaning: 'accept', reply: { code, text, ...(status !== undefined && { status }) } }
}

const PROCEED: ReplyRow = { meaning: 'proceed' }
const ACCEPT: ReplyRow = { meaning: 'accept' }
const SILENT: ReplyRow = { meaning: 'silent' }
const IGNORE: ReplyRow = { meaning: 'ignore' }

const OBSERVE: ReplyRows = { DECLINED: PROCEED }
const PASS_OR_ANSWER: ReplyRows = { DECLINED: PROCEED, OK: ACCEPT }

const DATA_REFUSALS: ReplyRows = {
  DENY: refuse(554, '5.7.1', 'Message denied'),
  DENYSOFT: refuse(451, '4.7.1', 'Message denied temporarily'),
  DENY_DISCONNECT: refuse(554, '5.7.1', 'Message denied', true),
  DENYSOFT_DISCONNECT: refuse(421, '4.7.1', 'Message denied temporarily', true),
}

const HELLO_ROWS: ReplyRows = {
  DECLINED: PROCEED,
  OK: ACCEPT,
  DENY: refuse(550, '5.7.1', 'HELO name refused'),
  DENYSOFT: refuse(450, '4.7.1', 'HELO name refused, try again later'),
  DENY_DISCONNECT: refuse(550, '5.7.1', 'HELO name refused', true),
  DENYSOFT_DISCONNECT: refuse(421, '4.7.1', 'HELO name refused, try again later', true),
  DONE: SILENT,
}

const CONNECT_DENY = refuse(554, '5.7.1', 'Connection from you denied, bye bye.', true)
const CONNECT_DENYSOFT = refuse(421, '4.7.1', 'Connection from you temporarily denied, bye bye.', true)

const AUTH_DENY: ReplyRow = { ...refuse(535, '5.7.8', 'Authentication failed'), isReplyFixed: true }
const AUTH_DENYSOFT: ReplyRow = { ...refuse(454, '4.7.0', 'Temporary authentication failure'), isReplyFixed: true }

export const REPLY_TABLE: Readonly<Record<Hook, ReplyRows>> = {
  config: { DECLINED: IGNORE },
  pre_connection: {
    DECLINED: PROCEED,
    OK: ACCEPT,
    DENY: refuse(554, '5.7.1', 'Sorry, service not available for you', true),
    DENYSOFT: refuse(421, '4.7.1', 'Sorry, try again later', true),
    DENY_DISCONNECT: refuse(554, '5.7.1', 'Sorry, service not available for you', true),
    DENYSOFT_DISCONNECT: refuse(421, '4.7.1', 'Sorry, try again later', true),
  },
  connect: {
    DECLINED: PROCEED,
    OK: ACCEPT,
    DENY: CONNECT_DENY,
    DENYSOFT: CONNECT_DENYSOFT,
    DENY_DISCONNECT: CONNECT_DENY,
    DENYSOFT_DISCONNECT: CONNECT_DENYSOFT,
    DONE: SILENT,
  },
  helo: HELLO_ROWS,
  ehlo: HELLO_ROWS,
  auth: {
    DECLINED: AUTH_DENY,
    OK: accept(235, '2.7.0', 'Authentication successful'),
    DENY: AUTH_DENY,
    DENYSOFT: AUTH_DENYSOFT,
    DENY_DISCONNECT: { ...AUTH_DENY, close: true },
    DENYSOFT_DISCONNECT: { ...AUTH_DENYSOFT, ...refuse(421, '4.7.0', 'Temporary authentication failure', true) },
  },
  mail_pre: PASS_OR_ANSWER,
  mail: {
    DECLINED: { meaning: 'proceed', reply: { code: 250, status: '2.1.0', text: '{subject}, sender OK' } },
    OK: accept(250, '2.1.0', '{subject}, sender OK'),
    DENY: refuse(550, '5.7.1', '{subject}, denied'),
    DENYSOFT: refuse(450, '4.7.1', '{subject}, temporarily denied'),
    DENY_DISCONNECT: refuse(550, '5.7.1', '{subject}, denied', true),
    DENYSOFT_DISCONNECT: refuse(421, '4.7.1', '{subject}, temporarily denied', true),
    DONE: SILENT,
  },
  rcpt_pre: PASS_OR_ANSWER,
  user_config: { DECLINED: IGNORE },
  rcpt: {
    DECLINED: refuse(450, '4.7.1', 'No plugin decided if relaying is allowed'),
    OK: accept(250, '2.1.5', '{subject}, recipient ok'),
    DENY: refuse(550, '5.7.1', 'relaying denied'),
    DENYSOFT: refuse(450, '4.7.1', 'relaying denied'),
    DENY_DISCONNECT: refuse(550, '5.7.1', 'delivery denied', true),
    DENYSOFT_DISCONNECT: refuse(421, '4.7.1', 'relaying denied', true),
    DONE: SILENT,
  },
  data: {
    DECLINED: PROCEED,
    OK: ACCEPT,
    ...DATA_REFUSALS,
    DONE: SILENT,
  },
  received_line: PASS_OR_ANSWER,
  data_headers_end: {
    DECLINED: PROCEED,
    DENY_DISCONNECT: refuse(554, '5.7.1', 'Message denied', true),
    DENYSOFT_DISCONNECT: refuse(421, '4.7.1', 'Message denied temporarily', true),
  },
  data_post_headers: { DECLINED: PROCEED, OK: ACCEPT, ...DATA_REFUSALS },
  data_post: { DECLINED: PROCEED, OK: ACCEPT, ...DATA_REFUSALS, DONE: SILENT },
  queue_pre: { DECLINED: PROCEED, OK: ACCEPT, ...DATA_REFUSALS },
  queue: {
    DECLINED: refuse(451, '4.3.0', 'Queuing declined or disabled; try again later'),
    OK: accept(250, '2.0.0', 'Queued'),
    DENY: refuse(554, '5.7.1', 'Message denied'),
    DENYSOFT: refuse(451, '4.3.0', 'Message denied temporarily'),
    DENY_DISCONNECT: refuse(554, '5.7.1', 'Message denied', true),
    DENYSOFT_DISCONNECT: refuse(421, '4.3.0', 'Message denied temporarily', true),
  },
  queue_post: OBSERVE,
  reset_transaction: OBSERVE,
  quit: {
    DECLINED: {
      meaning: 'proceed',
      reply: { code: 221, status: '2.0.0', text: '{hostname} closing connection. Have a wonderful day.' },
      close: true,
    },
    OK: {
      meaning: 'accept',
      reply: { code: 221, status: '2.0.0', text: '{hostname} closing connection. Have a wonderful day.' },
      close: true,
    },
  },
  disconnect: OBSERVE,
  post_connection: OBSERVE,
  vrfy: {
    DECLINED: {
      meaning: 'proceed',
      reply: { code: 252, status: '2.5.0', text: "Just try sending a mail and we'll see how it turns out ..." },
    },
    OK: accept(250, '2.1.5', 'User OK'),
    DENY: refuse(550, '5.7.1', 'Access denied'),
    DENY_DISCONNECT: refuse(550, '5.7.1', 'Access denied', true),
  },
  noop: {
    DECLINED: { meaning: 'proceed', reply: { code: 250, status: '2.0.0', text: 'OK' } },
    OK: accept(250, '2.0.0', 'OK'),
    DENY: refuse(500, '5.5.1', 'Stop wasting my time.'),
    DENY_DISCONNECT: refuse(521, '5.5.1', 'Stop wasting my time.', true),
  },
  help: {
    DECLINED: {
      meaning: 'proceed',
      reply: {
        code: 214,
        status: '2.0.0',
        text: 'This is Postern, a mail policy server.\nCommands: {subject}',
      },
    },
    OK: accept(214, '2.0.0', 'No help here'),
    DENY: refuse(502, '5.5.1', 'Command not implemented'),
  },
  unrecognized_command: {
    DECLINED: refuse(500, '5.5.1', 'Unrecognized command'),
    DENY: refuse(500, '5.5.1', 'Unrecognized command'),
    DENY_DISCONNECT: refuse(521, '5.5.1', 'Too many unrecognized commands', true),
    DENYSOFT_DISCONNECT: refuse(421, '4.5.1', 'Too many unrecognized commands', true),
  },
  deny: OBSERVE,
  ok: OBSERVE,
  logging: { DECLINED: IGNORE },
}

/** Where another mail server asks us, nobody is refused because no plugin spoke: whether it relays is its own affair. */
const LEFT_TO_THE_SERVER: ReadonlySet<Hook> = new Set(['rcpt', 'unrecognized_command'])

/** The row for an answer; an answer the hook does not know counts as DECLINED. */
export function replyRow(hook: Hook, code: ReturnCode, attached = false): ReplyRow {
  const row = code === 'DECLINED' ? undefined : REPLY_TABLE[hook][code]
  if (row) return row
  return (attached && LEFT_TO_THE_SERVER.has(hook) ? undefined : REPLY_TABLE[hook].DECLINED) ?? PROCEED
}

export function isAllowedAt(hook: Hook, code: ReturnCode): boolean {
  return REPLY_TABLE[hook][code] !== undefined
}
