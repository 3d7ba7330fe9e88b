/**
 * in_pair: is this sender listed for this recipient?
 *
 * A line holds when both of its columns do, whatever other lines say: qpsmtpd's badmailfromto looks at the last line whose
 * sender fits and at no other.
 */
import { defineMatcher } from '../core/word.ts'

export const inPair = defineMatcher({
  name: 'in_pair',
  summary: 'A line of the list names the sender and the recipient together',
  reference: 'qpsmtpd plugin badmailfromto',
  stage: 'recipient',
  options: {
    type: 'object',
    properties: {
      list: { 'x-list': 'pair', description: 'Lines of two columns: sender or @domain, recipient or @domain' },
    },
    required: ['list'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: { entry: 'The line, without its reason', reason: 'What follows the two columns; absent when nothing does' },
  compile(_, tools) {
    const list = tools.list('list')
    return ({ transaction, recipient }) => {
      if (!transaction?.sender || !recipient) return { truth: 'miss' }
      const entry = list.find([transaction.sender, recipient.address])
      if (!entry) return { truth: 'miss' }
      const { text, reason, at } = entry
      return { truth: 'hit', because: at, found: { entry: text, ...(reason !== undefined && { reason }) } }
    }
  },
})
