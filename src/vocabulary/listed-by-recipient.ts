/**
 * listed_by_recipient: does the recipient's own policy list this sender, or this client?
 *
 * Whoever may write a policy file decides about mail to one mailbox and no other, so an entry means nothing to the other
 * recipients of the message.
 */
import { findListed, POLICY_LISTS } from '../core/policy.ts'
import { defineMatcher } from '../core/word.ts'

export const listedByRecipient = defineMatcher({
  name: 'listed_by_recipient',
  summary: "The recipient's policy lists the sender or the client",
  reference: 'haraka/Haraka#2794; qpsmtpd plugin whitelist, per_recipient',
  stage: 'recipient',
  options: {
    type: 'object',
    properties: {
      list: { type: 'string', enum: POLICY_LISTS, description: 'Which of its lists' },
    },
    required: ['list'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: { entry: 'The entry of the policy' },
  compile({ list }) {
    return ({ connection, transaction, recipient }) => {
      const entry = recipient?.policy && findListed(recipient.policy, list, connection, transaction)
      return entry ? { truth: 'hit', because: entry.at, found: { entry: entry.text } } : { truth: 'miss' }
    }
  },
})
