/**
 * What was kept aside at an earlier try of a message (`on_split: quarantine`): when the delivery to the others fails, the client
 * comes again, and a second copy would be one too many.
 *
 * The site's store remembers, so the next try may come to another worker. Where it does not answer, the message is kept aside
 * again: RFC 1047 prefers that to losing it.
 */
import { createHash } from 'node:crypto'
import { addressKey } from '../../core/mail/address.ts'
import { LONGEST_RETRY, messageDigest } from '../../core/mail/message-digest.ts'
import type { Store } from '../../core/ports.ts'
import type { Recipient, Transaction } from '../../core/session.ts'

export interface KeptAside {
  readonly before: boolean
  /** To be told what became of this try: whether the client is done with it. */
  settle(isDone: boolean): Promise<void>
}

const UNKNOWN: KeptAside = { before: false, settle: async () => undefined }

export async function keptAside(
  { sender, message }: Pick<Transaction, 'sender' | 'message'>,
  held: readonly Recipient[],
  store: Store | undefined,
): Promise<KeptAside> {
  if (!sender || !message || !store) return UNKNOWN
  const recipients = held.map(({ address }) => addressKey(address)).toSorted()
  const digest = createHash('sha256').update(JSON.stringify([await messageDigest(sender, message), ...recipients]))
  const key = `kept-aside:${digest.digest('base64')}`
  const answer = await store.get(key)
  const before = answer.kind === 'done' && Number(answer.value ?? 0) > 0
  return {
    before,
    async settle(isDone) {
      if (isDone === before) await store.increment(key, isDone ? -1 : 1, LONGEST_RETRY)
    },
  }
}
