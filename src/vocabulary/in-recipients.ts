/**
 * in_recipients: does the recipient stand in a list, with its detail or without?
 *
 * `ann-lists@example.org` is there when `ann` is, in a site where a hyphen begins a detail.
 */
import { type Address, mailbox } from '../core/mail/address.ts'
import { andThen } from '../core/truth.ts'
import { defineMatcher, type Match } from '../core/word.ts'
import { lookUpRecipient, type RecipientAnswer, SEPARATORS } from './shared/recipient-look-up.ts'

export const inRecipients = defineMatcher({
  name: 'in_recipients',
  summary: 'The recipient stands in the list, with its detail or without',
  reference: 'RFC 5233; qpsmtpd plugin goodrcptto',
  stage: 'recipient',
  options: {
    type: 'object',
    properties: {
      list: { 'x-list': 'recipient', 'x-outside': true, description: 'Lines of user@host, @host or user' },
      separators: SEPARATORS,
      user: {
        type: 'string',
        'x-text': true,
        default: '',
        description: 'Another local part than its own, with facts in it',
      },
    },
    required: ['list'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: {
    entry: 'The entry, as written',
    value: 'What stands behind it on its line; absent when nothing does',
    detail: 'What had to be left out to find it, separator included; absent when nothing had to',
  },
  compile({ separators, user }, tools) {
    const lookUp = tools.lookUp('list')
    const texts = user === '' ? undefined : tools.texts('user')
    return (context) => {
      if (!context.recipient) return { truth: 'unknown', because: 'there is no recipient yet' }
      const { address } = context.recipient
      const asked = texts ? inPlaceOf(address, texts(context)[0] ?? '') : address
      if (!asked) return { truth: 'miss', because: 'what it asks for is no local part' }
      return andThen(lookUpRecipient(asked, separators, lookUp, context), matchOf)
    }
  },
})

function inPlaceOf(address: Address, user: string): Address | undefined {
  return address.kind === 'mailbox' ? mailbox(user, address.domain) : undefined
}

function matchOf(answer: RecipientAnswer): Match {
  if (answer.truth !== 'hit') return answer
  const { entry, detail } = answer.listed
  const { text, reason, at } = entry
  const found = { entry: text, ...(reason !== undefined && { value: reason }), ...(detail !== '' && { detail }) }
  return { truth: 'hit', because: `\`${text}\` at ${at}`, found }
}
