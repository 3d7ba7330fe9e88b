/**
 * data_post where recipients get answers of their own (LMTP, PRDR): who is refused is left out from there on, and hears it
 * when the others have been told what became of the message.
 */
import type { Recipient, Transaction } from '../core/session.ts'
import { andThen, type MaybePromise } from '../core/truth.ts'
import type { Answer } from './answer.ts'
import type { Ruling } from './decision-log.ts'
import type { Dialogue } from './dialogue.ts'
import { PRDR_BEGINS, PRDR_PARTLY } from './protocol-replies.ts'
import type { Reply } from './reply.ts'

export function passEach(
  dialogue: Dialogue,
  transaction: Transaction,
  go: () => MaybePromise<Answer>,
): MaybePromise<Answer> {
  const step = { hook: 'data_post', go, undo: () => dialogue.reset() } as const
  return dialogue.when(dialogue.consult(step), (ruling) => {
    const { each } = ruling.outcome
    if (!each) return dialogue.follow(ruling, step)
    const rulings = each.map((spoken) => dialogue.rule({ ...ruling.outcome, ...spoken }))
    return followEach(dialogue, transaction, { rulings, go })
  })
}

interface Following {
  /** In the order of the recipients. */
  readonly rulings: readonly Ruling[]
  readonly go: () => MaybePromise<Answer>
}

function followEach(dialogue: Dialogue, transaction: Transaction, { rulings, go }: Following): MaybePromise<Answer> {
  const all = [...transaction.recipients]
  rulings.forEach((ruling, index) => dialogue.record(ruling, { recipient: all[index] }))
  const refused = new Map(
    all.flatMap((recipient, index): readonly [Recipient, Reply][] => {
      const { row, reply } = rulings[index] ?? {}
      return row?.meaning === 'refuse' && reply ? [[recipient, reply]] : []
    }),
  )
  const left = all.filter((recipient) => !refused.has(recipient))
  transaction.recipients.splice(0, all.length, ...left)
  const isLmtp = dialogue.offer.protocol === 'lmtp'
  const close = rulings.some(({ row }) => row.close)
  if (left.length > 0)
    return dialogue.when(go(), (answer) => ({
      ...answer,
      close: close || (answer.close ?? false),
      replies: repliesTo({ all, refused, isLmtp }, answer),
    }))
  const [first] = refused.values()
  return andThen(dialogue.reset(), () => {
    const answer: Answer = { reply: first, logged: true, close }
    return { ...answer, replies: repliesTo({ all, refused, isLmtp }, answer) }
  })
}

interface Roll {
  readonly all: readonly Recipient[]
  readonly refused: ReadonlyMap<Recipient, Reply>
  readonly isLmtp: boolean
}

/** Theirs among those of the others; PRDR says first that there are several, and has one for all at the end. */
function repliesTo({ all, refused, isLmtp }: Roll, { reply, replies }: Answer): readonly Reply[] {
  const others = isLmtp ? replies : replies?.slice(1, -1)
  const last = (isLmtp ? undefined : replies?.at(-1)) ?? reply
  let next = 0
  const own = all.flatMap((recipient) => refused.get(recipient) ?? others?.[next++] ?? reply ?? [])
  if (isLmtp) return own
  const isPartly = own.some(({ code }) => code < 300) && own.some(({ code }) => code >= 300)
  return [PRDR_BEGINS, ...own, ...(isPartly ? [PRDR_PARTLY] : last ? [last] : [])]
}
