/** A hook's outcome as the JSON that users see (docs/decision.md). */
import { addressText } from '../core/mail/address.ts'
import type { Decision } from '../core/decision.ts'
import type { Effect } from '../core/effect.ts'
import { notesToJson } from '../core/notes.ts'
import type { Outcome } from '../core/outcome.ts'
import type { RecipientPolicy } from '../core/policy.ts'
import { replyRow } from '../core/reply-table.ts'
import type { Connection, Recipient, Transaction } from '../core/session.ts'
import { OTHER_RULES } from '../smtp/protocol-replies.ts'
import { composeReply, formatReply, type ReplyNames } from '../smtp/reply.ts'

export interface DecisionSubject {
  readonly connection: Connection
  readonly transaction: Transaction | undefined
  readonly recipient: Recipient | undefined
  readonly names: ReplyNames
}

export function decisionOf(
  { hook, verdict, by, trace }: Outcome,
  { connection, transaction, recipient, names }: DecisionSubject,
): Decision {
  const row = replyRow(hook, verdict.code, connection.attached)
  const reply = row.reply && composeReply(hook, verdict, names)
  return {
    hook,
    ...(recipient && { rcpt: addressText(recipient.address) }),
    return: verdict.code,
    ...(verdict.message !== undefined && { message: verdict.message }),
    reply: reply ? formatReply(reply).trimEnd().replaceAll('\r\n', '\n') : '',
    ...(by && { plugin: by.plugin, rule: by.rule, at: by.at }),
    ...(hook === 'rcpt' && recipient?.policy && { policy: policyOf(recipient.policy) }),
    disconnect: row.close ?? false,
    notes: notesToJson(new Map([...connection.notes, ...(transaction?.notes ?? []), ...(recipient?.notes ?? [])])),
    headers: (trace ?? []).flatMap(({ effects, monitored }) => (monitored ? [] : effects.flatMap(headerEdit))),
    trace: trace ?? [],
  }
}

function policyOf({ key, at, because }: RecipientPolicy): NonNullable<Decision['policy']> {
  return { ...(key !== undefined && { key }), ...(at !== undefined && { at }), because }
}

/** The recipient was accepted, and has to wait for a message of its own. */
export function postponed({ plugin: _, rule: _rule, at: _at, ...decision }: Decision): Decision {
  const { code, status, text } = OTHER_RULES
  return { ...decision, return: 'DENYSOFT', message: text, reply: `${code} ${status} ${text}` }
}

function headerEdit(effect: Effect): readonly string[] {
  if (effect.kind === 'add_header' || effect.kind === 'replace_header')
    return [`${effect.kind === 'add_header' ? '+' : '='}${effect.name}: ${effect.value}`]
  return effect.kind === 'remove_header' ? [`-${effect.name}`] : []
}
