/**
 * Recipients that differ in what rules after DATA know of them.
 *
 * One message has one answer (RFC 5321 section 4.2.5), so they cannot share a transaction, unless the client takes an
 * answer for each, LMTP (RFC 2033) and PRDR, or the message is kept aside for some.
 */
import type { OnSplit, Split } from './program.ts'
import { type Connection, type Recipient, repliesEach, type Transaction } from './session.ts'

/** Names of what they differ in. */
export function differences({ keys }: Split, one: Recipient, other: Recipient): readonly string[] {
  return keys.filter(({ read }) => read(one) !== read(other)).map(({ name }) => name)
}

type Sent = Pick<Transaction, 'mailParams'>

const TAKES_EACH: Readonly<Record<OnSplit, (connection: Connection, transaction: Sent) => boolean>> = {
  defer_different: () => false,
  prdr: (connection, transaction) => connection.hello?.verb !== 'LHLO' && repliesEach(connection, transaction),
  lmtp: ({ hello }) => hello?.verb === 'LHLO',
  quarantine: () => true,
}

/**
 * Whether recipients that differ may share a transaction: the client hears an answer for each, or the site sees to it. A mail
 * server that asks us can be told one answer for all, and delivers to all.
 */
export function mayDiffer(
  { on }: Split,
  connection: Connection,
  transaction: Pick<Transaction, 'mailParams'>,
): boolean {
  return !connection.attached && TAKES_EACH[on](connection, transaction)
}

/** Recipients that are the same to these rules, in the order of their first. */
export function partsOf({ keys }: Split, recipients: readonly Recipient[]): readonly (readonly Recipient[])[] {
  const parts = Map.groupBy(recipients, (recipient) => JSON.stringify(keys.map(({ read }) => read(recipient) ?? null)))
  return [...parts.values()]
}
