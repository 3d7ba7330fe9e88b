/** What holds for one recipient: its policy, and whether it can have the message together with those before it. */
import { addressText } from '../../core/mail/address.ts'
import { noPolicy } from '../../core/policy.ts'
import type { Recipient, Transaction } from '../../core/session.ts'
import { differences, mayDiffer } from '../../core/split.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'
import type { Dialogue } from '../dialogue.ts'

/** The recipient has its policy then, and rules have had their say about it. Where nobody can say which, that is logged. */
export function settle(dialogue: Dialogue, recipient: Recipient): MaybePromise<void> {
  const found = dialogue.policies?.find(recipient.address) ?? noPolicy()
  return andThen(found, (policy) => {
    recipient.policy = policy
    if (!policy.unknown) return dialogue.tell('user_config', { recipient })
    const { because } = policy
    dialogue.log('warn', { rcpt: addressText(recipient.address), because }, 'a recipient has to wait for its policy')
    return undefined
  })
}

/** Whether it has to wait for a message of its own; that is logged. */
export function hasToWait(dialogue: Dialogue, transaction: Transaction, recipient: Recipient): boolean {
  const { split, connection } = dialogue
  const [first] = transaction.recipients
  if (!split || !first || mayDiffer(split, connection, transaction)) return false
  const found = differences(split, first, recipient)
  if (found.length === 0) return false
  const addresses = { rcpt: addressText(recipient.address), first: addressText(first.address) }
  dialogue.log('info', { ...addresses, differs: found.join(', ') }, 'a recipient has to wait for a message of its own')
  return true
}
