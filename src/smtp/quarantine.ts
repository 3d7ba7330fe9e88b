/**
 * `on_split: quarantine`: the message is taken for all recipients. Those who would have refused it have it kept aside; where,
 * rules at `queue` say, which are asked for them on their own (`quarantined`).
 */
import { addressText } from '../core/address.ts'
import { type Recipient, repliesEach, type Transaction } from '../core/session.ts'
import type { MaybePromise } from '../core/truth.ts'
import type { Answer } from './answer.ts'
import type { Ruling } from './decision-log.ts'
import type { Dialogue } from './dialogue.ts'
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

/** First for those who have it kept aside: when that fails, nobody has it, and the client comes again. */
export function queueApart(dialogue: Dialogue, transaction: Transaction, queue: Queue): MaybePromise<Answer> {
  const all = [...transaction.recipients]
  const held = all.filter((recipient) => recipient.held)
  if (held.length === 0) return queue(dialogue, transaction)
  replace(transaction, held)
  return dialogue.when(dialogue.consult({ hook: 'queue' }), (ruling) => {
    dialogue.record(ruling)
    const { reply, row } = ruling
    if (row.meaning !== 'accept' || !reply) {
      replace(transaction, all)
      return dialogue.when(dialogue.reset(), () => ({ reply, close: row.close ?? false, logged: true }))
    }
    replace(
      transaction,
      all.filter((recipient) => !recipient.held),
    )
    return dialogue.when(queue(dialogue, transaction), (answer) => {
      if (!repliesEach(dialogue.connection, transaction)) return answer
      const apart = new Map(held.map((recipient) => [recipient, reply]))
      return { ...answer, replies: repliesTo({ all, apart, isLmtp: dialogue.offer.protocol === 'lmtp' }, answer) }
    })
  })
}

function replace({ recipients }: Transaction, others: readonly Recipient[]): void {
  recipients.splice(0, recipients.length, ...others)
}
