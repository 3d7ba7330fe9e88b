/**
 * Knows the members of a club: refuses nicknames that are too short, and adds the word `member` for YAML rules.
 *
 * Options are a JSON Schema; their TypeScript types follow from it.
 */
import { type Address, addressText, defineMatcher, definePlugin, verdict } from 'postern'

function memberWord(members: ReadonlySet<string>) {
  return defineMatcher({
    name: 'member',
    summary: 'Is the sender, or the recipient, a member?',
    stage: 'sender',
    onUnknown: 'defer',
    options: {
      type: 'object',
      properties: { of: { type: 'string', enum: ['sender', 'rcpt'], default: 'sender', description: 'Whose address' } },
    },
    compile:
      ({ of }) =>
      ({ transaction, recipient }) => {
        const address: Address | undefined = of === 'sender' ? transaction?.sender : recipient?.address
        const isMember = address !== undefined && members.has(addressText(address).toLowerCase())
        return { truth: isMember ? 'hit' : 'miss' }
      },
  })
}

export default definePlugin({
  name: 'loyalty',
  summary: 'Knows the members of a club.',
  options: {
    type: 'object',
    required: ['members'],
    properties: {
      members: { type: 'array', items: { type: 'string' }, description: 'Addresses of the members' },
      minimum_length: { type: 'integer', default: 1, minimum: 1, description: 'Shortest local part we deliver to' },
    },
  },
  setup: ({ members, minimum_length: shortest }) => ({
    words: [memberWord(new Set(members.map((member) => member.toLowerCase())))],
    hooks: {
      rcpt: ({ recipient }) => {
        if (recipient?.address.kind !== 'mailbox' || recipient.address.local.length >= shortest) return undefined
        return verdict('DENY', `Names here have at least ${shortest} letters`, '5.1.1')
      },
    },
  }),
})
