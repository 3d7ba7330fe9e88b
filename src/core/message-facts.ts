/** Facts about the message: its fields, its size, its body. */
import type { HookContext } from './context.ts'
import { fact, type FactDefinition, presentOnly } from './fact.ts'
import { headerDate } from './mail/header.ts'
import type { Message } from './mail/message.ts'

/** How much of the body rules can see. */
const BODY_OCTETS = 262_144

export const MESSAGE_FACTS: readonly FactDefinition[] = [
  fact('header.NAME', 'texts', 'headers', 'Values of a header field, unfolded', ({ transaction }, name) =>
    presentOnly(transaction?.message?.values(name)),
  ),
  fact(
    'header_count.NAME',
    'number',
    'headers',
    'How often a header field is there',
    ({ transaction }, name) => transaction?.message?.values(name).length,
  ),
  fact(
    'hops',
    'number',
    'headers',
    'Received and Delivered-To fields together',
    fromMessage((message) => message.values('Received').length + message.values('Delivered-To').length),
  ),
  fact(
    'date',
    'time',
    'headers',
    'The Date field; absent when there is none or it cannot be read',
    fromMessage(dateOf),
  ),
  fact(
    'quarantined',
    'boolean',
    'message',
    'At queue: whether the message is for those who would have refused it (`on_split: quarantine`)',
    ({ transaction }) => transaction?.recipients.length !== 0 && transaction?.recipients.every(({ held }) => held),
  ),
  fact(
    'size',
    'number',
    'message',
    'Octets of the message',
    fromMessage((message) => message.size),
  ),
  fact(
    'body.size',
    'number',
    'message',
    'Octets of the body',
    fromMessage((message) => message.body.length),
  ),
  fact(
    'body',
    'text',
    'message',
    'The first 256 KiB of the body as received',
    fromMessage((message) => message.body.head(BODY_OCTETS).toString('latin1')),
  ),
]

function fromMessage<T>(read: (message: Message) => T): (context: HookContext) => T | undefined {
  return ({ transaction }) => (transaction?.message ? read(transaction.message) : undefined)
}

function dateOf(message: Message): number | undefined {
  const [date] = message.values('Date')
  return date === undefined ? undefined : headerDate(date)
}
