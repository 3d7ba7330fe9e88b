/** One reply for each recipient (LMTP, PRDR), when those of some were settled before the others'. */
import type { Recipient } from '../../core/session.ts'
import type { Answer } from '../answer.ts'
import { PRDR_BEGINS, PRDR_PARTLY } from '../protocol-replies.ts'
import type { Reply } from '../reply.ts'

/** Who is to hear a reply, and the replies that were settled before the message was delivered to the others. */
export interface Roll {
  readonly all: readonly Recipient[]
  readonly apart: ReadonlyMap<Recipient, Reply>
  readonly isLmtp: boolean
}

/** In the order of `all`: settled replies, and between them those of `Answer`. PRDR adds one before them, and one for all. */
export function repliesTo({ all, apart, isLmtp }: Roll, { reply, replies }: Answer): readonly Reply[] {
  const others = isLmtp ? replies : replies?.slice(1, -1)
  const last = (isLmtp ? undefined : replies?.at(-1)) ?? reply
  let next = 0
  const own = all.flatMap((recipient) => apart.get(recipient) ?? others?.[next++] ?? reply ?? [])
  if (isLmtp) return own
  const isPartly = own.some(({ code }) => code < 300) && own.some(({ code }) => code >= 300)
  return [PRDR_BEGINS, ...own, ...(isPartly ? [PRDR_PARTLY] : last ? [last] : [])]
}
