/**
 * `on_split: quarantine`: the message is accepted for all recipients, and kept aside for those whose rules refused it.
 *
 * The hook `queue` is asked twice: for these with the fact `quarantined`, so that its rules can say where, then for the rest.
 */
import { addressText } from '../../core/mail/address.ts'
import { type Recipient, repliesEach, type Transaction } from '../../core/session.ts'
import type { MaybePromise } from '../../core/truth.ts'
import type { Answer } from '../answer.ts'
import type { Ruling } from '../decision-log.ts'
import type { Dialogue } from '../dialogue.ts'
import { keptAside } from './kept-aside.ts'
import { KEPT_BEFORE } from '../protocol-replies.ts'
import { repliesTo } from './replies-to-each.ts'

/** They hear nothing of their refusal; the log does. `rulings` are in the order of the recipients. */
export function holdSome(dialogue: Dialogue, { recipients }: Transaction, rulings: readonly Ruling[]): void {
  rulings.forEach(({ row, outcome: { verdict, by } }, index) => {
    const recipient = recipients[index]
    if (!recipient || row.meaning !== 'refuse') return
    recipient.held = verdict
    const about = { rcpt: addressText(recipient.address), code: verdict.code, text: verdict.message }
    dialogue.log('info', { ...about, ...by }, 'kept aside for a recipient')
  })
}

type Queue = (dialogue: Dialogue, transaction: Transaction) => MaybePromise<Answer>

/**
 * First for those who have it kept aside: when that fails, nobody has it, and the client comes again. When it comes again
 * because the others' delivery failed, what was kept aside is there already.
 */
export function queueApart(dialogue: Dialogue, transaction: Transaction, queue: Queue): MaybePromise<Answer> {
  const held = transaction.recipients.filter((recipient) => recipient.held)
  return held.length === 0 ? queue(dialogue, transaction) : queueHeld(dialogue, transaction, { held, queue })
}

interface Held {
  readonly held: readonly Recipient[]
  readonly queue: Queue
}

async function queueHeld(dialogue: Dialogue, transaction: Transaction, { held, queue }: Held): Promise<Answer> {
  const all = [...transaction.recipients]
  const kept = await keptAside(transaction, held, dialogue.ports.store)
  if (dialogue.isOver) return {}
  replace(transaction, held)
  const { reply, close } = kept.before ? keptBefore(dialogue) : await keep(dialogue)
  if (!reply || reply.code >= 400) {
    replace(transaction, all)
    await dialogue.reset()
    return { reply, close, logged: true }
  }
  replace(
    transaction,
    all.filter((recipient) => !recipient.held),
  )
  const answer = dialogue.isOver ? {} : await queue(dialogue, transaction)
  const hearsEach = repliesEach(dialogue.connection, transaction)
  // A client that is gone has heard nothing, and comes again.
  await kept.settle(answer.reply !== undefined && (hearsEach || answer.reply.code < 400))
  if (!hearsEach || !answer.reply) return answer
  const apart = new Map(held.map((recipient) => [recipient, reply]))
  return { ...answer, replies: repliesTo({ all, apart, isLmtp: dialogue.offer.protocol === 'lmtp' }, answer) }
}

type Kept = Pick<Answer, 'reply'> & { readonly close: boolean }

async function keep(dialogue: Dialogue): Promise<Kept> {
  const ruling = await dialogue.consult({ hook: 'queue' })
  dialogue.record(ruling)
  const { reply, row } = ruling
  return { reply, close: row.close ?? false }
}

function keptBefore(dialogue: Dialogue): Kept {
  dialogue.log('info', {}, 'was kept aside at an earlier try')
  return { reply: KEPT_BEFORE, close: false }
}

function replace({ recipients }: Transaction, others: readonly Recipient[]): void {
  recipients.splice(0, recipients.length, ...others)
}
