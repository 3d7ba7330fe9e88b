/**
 * The decision log: one structured line for each decision, with what is needed to find the rule and the reason.
 *
 * Fields are data and end up as JSON. The content of a message is never among them, nor is an unknown command: it may be
 * a password.
 */
import { addressText } from '../core/mail/address.ts'
import type { AuthAttempt } from '../core/auth.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Log, LogFields } from '../core/ports.ts'
import type { ReplyRow } from '../core/reply-table.ts'
import type { Connection, Recipient, Transaction } from '../core/session.ts'
import type { Verdict } from '../core/verdict.ts'
import { type Reply, replyText } from './reply.ts'

export interface Subject {
  readonly connection: Connection
  readonly transaction: Transaction | undefined
  readonly recipient: Recipient | undefined
  /** Who wants to log in, proved or not. */
  readonly attempt?: AuthAttempt | undefined
  readonly revision: string
}

/** What a hook decided, what that means there, and what the client hears. */
export interface Ruling {
  readonly outcome: Outcome
  readonly row: ReplyRow
  readonly reply: Reply | undefined
}

/** Nothing is written when nobody spoke and nothing follows from it. */
export function logRuling(log: Log, subject: Subject, ruling: Ruling): void {
  const { outcome, row } = ruling
  for (const { verdict, ...by } of outcome.monitored) {
    log.write('info', { ...fieldsOf(subject, outcome, verdict), ...by, mode: 'monitor' }, 'would have decided')
  }
  if (row.meaning === 'refuse') log.write('info', decision(subject, ruling), 'refused')
  else if (outcome.hook === 'queue') log.write('info', { ...decision(subject, ruling), ...sizes(subject) }, 'accepted')
  else if (outcome.hook === 'auth' && row.meaning === 'accept')
    log.write('info', decision(subject, ruling), 'logged in')
  else if (outcome.by) log.write('debug', decision(subject, ruling), 'decided')
}

function decision(subject: Subject, { outcome, reply }: Ruling): LogFields {
  return { ...fieldsOf(subject, outcome, outcome.verdict), ...outcome.by, reply: reply && replyText(reply) }
}

function fieldsOf(subject: Subject, { hook }: Outcome, verdict: Verdict): LogFields {
  return { ...subjectFields(subject), hook, code: verdict.code, status: verdict.status, text: verdict.message }
}

export function subjectFields({ connection, transaction, recipient, attempt, revision }: Subject): LogFields {
  return {
    connection: connection.id,
    transaction: transaction?.id,
    remote_ip: connection.remote.ip,
    xforward_name: connection.xforward?.get('name'),
    xforward_addr: connection.xforward?.get('addr'),
    xforward_ident: connection.xforward?.get('ident'),
    user: (connection.auth ?? attempt)?.user,
    mechanism: attempt?.mechanism,
    sender: transaction?.sender && addressText(transaction.sender),
    rcpt: recipient && addressText(recipient.address),
    policy: recipient?.policy?.key,
    revision,
  }
}

function sizes({ transaction }: Subject): LogFields {
  return { recipients: transaction?.recipients.length, size: transaction?.message?.size }
}
