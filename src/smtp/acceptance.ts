/**
 * A complete message, from the end of the content to the reply.
 *
 * The 250 after the content is said here and nowhere else, and only for a queue verdict OK: a delivery target has the
 * message.
 */
import { type HeaderField, makeField } from '../core/mail/header.ts'
import type { Hook } from '../core/hook.ts'
import type { Message } from '../core/mail/message.ts'
import { repliesEach, type Transaction } from '../core/session.ts'
import { type MaybePromise, andThen } from '../core/truth.ts'
import type { Answer } from './answer.ts'
import type { Ruling } from './decision-log.ts'
import type { Dialogue } from './dialogue.ts'
import { PRDR_BEGINS, PRDR_PARTLY } from './protocol-replies.ts'
import { receivedField } from './received.ts'
import { queueApart } from './recipients/quarantine.ts'
import { passEach } from './recipients/answers.ts'
import type { Reply } from './reply.ts'

export function acceptMessage(dialogue: Dialogue, transaction: Transaction, message: Message): MaybePromise<Answer> {
  if (dialogue.connection.attached) return judgeMessage(dialogue)
  return pass(dialogue, 'data_post_headers', () =>
    pass(dialogue, 'received_line', (ruling) => {
      message.prepend(receivedBy(dialogue, transaction, ruling))
      return passEach(dialogue, transaction, () => deliver(dialogue, transaction))
    }),
  )
}

function deliver(dialogue: Dialogue, transaction: Transaction): MaybePromise<Answer> {
  return pass(dialogue, 'queue_pre', () => queueApart(dialogue, transaction, queue))
}

/** Another mail server has the message, has written its own trace field, and delivers. */
function judgeMessage(dialogue: Dialogue): MaybePromise<Answer> {
  return pass(dialogue, 'data_post_headers', () =>
    pass(dialogue, 'data_post', () => pass(dialogue, 'queue_pre', () => ({}))),
  )
}

function pass(dialogue: Dialogue, hook: Hook, go: (ruling: Ruling) => MaybePromise<Answer>): MaybePromise<Answer> {
  return dialogue.ask({ hook, go, undo: () => dialogue.reset() })
}

/** A plugin may have written the field itself (received_line). */
function receivedBy(
  { connection, hostname, ports }: Dialogue,
  { id, mailParams }: Transaction,
  { outcome: { verdict } }: Ruling,
): HeaderField {
  if (verdict.code === 'OK' && verdict.message !== undefined) return makeField('Received', verdict.message)
  return receivedField({ connection, hostname, id, now: ports.clock.now(), smtputf8: mailParams.has('SMTPUTF8') })
}

function queue(dialogue: Dialogue, transaction: Transaction): MaybePromise<Answer> {
  return dialogue.when(dialogue.consult({ hook: 'queue' }), (ruling) => {
    const each = rulingsForEach(dialogue, transaction, ruling)
    if (each === undefined) dialogue.record(ruling)
    else each.forEach((one, index) => dialogue.record(one, { recipient: transaction.recipients[index] }))
    const replies = each && repliesTo(dialogue, each, ruling)
    const answer: Answer = { reply: ruling.reply, replies, logged: true }
    if ((each ?? [ruling]).some(isAccepted)) return delivered(dialogue, answer)
    return dialogue.when(dialogue.reset(), () => ({ ...answer, close: ruling.row.close ?? false }))
  })
}

function isAccepted({ row }: Ruling): boolean {
  return row.meaning === 'accept'
}

/** Undefined where all recipients share one outcome: the client hears no more than one, or the delivery cannot tell. */
function rulingsForEach(
  dialogue: Dialogue,
  { mailParams, recipients }: Transaction,
  { outcome }: Ruling,
): readonly Ruling[] | undefined {
  const { perRecipient } = outcome.verdict
  if (perRecipient?.length !== recipients.length || !repliesEach(dialogue.connection, { mailParams })) return undefined
  return perRecipient.map((verdict) => dialogue.rule({ ...outcome, verdict }))
}

/** LMTP (RFC 2033 section 4.2) has one for each; PRDR says so first, and has one for all at the end. */
function repliesTo({ offer }: Dialogue, each: readonly Ruling[], overall: Ruling): readonly Reply[] {
  const replies = each.flatMap(({ reply }) => reply ?? [])
  if (offer.protocol === 'lmtp') return replies
  const last = each.some(isAccepted) && !isAccepted(overall) ? PRDR_PARTLY : overall.reply
  return [PRDR_BEGINS, ...replies, ...(last ? [last] : [])]
}

/** Some recipient has the message. */
function delivered(dialogue: Dialogue, answer: Answer): Answer {
  dialogue.forgive()
  return { ...answer, after: () => andThen(dialogue.tell('queue_post'), () => dialogue.reset()) }
}
