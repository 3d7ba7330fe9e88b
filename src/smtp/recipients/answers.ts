/**
 * data_post where recipients get answers of their own (LMTP, PRDR): who is refused is left out from there on, and hears it
 * when the others have been told what became of the message.
 */
import { type Recipient, repliesEach, type Transaction } from '../../core/session.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'
import type { Answer } from '../answer.ts'
import type { Ruling } from '../decision-log.ts'
import type { Dialogue } from '../dialogue.ts'
import { holdSome } from './quarantine.ts'
import { repliesTo } from './replies-to-each.ts'
import type { Reply } from '../reply.ts'

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
    if (dialogue.split?.on === 'quarantine' && !rulings.every(isRefused)) {
      holdSome(dialogue, transaction, rulings)
      return go()
    }
    return followEach(dialogue, transaction, { rulings, go })
  })
}

interface Following {
  /** In the order of the recipients. */
  readonly rulings: readonly Ruling[]
  readonly go: () => MaybePromise<Answer>
}

function isRefused({ row }: Ruling): boolean {
  return row.meaning === 'refuse'
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
      replies: repliesTo({ all, apart: refused, isLmtp }, answer),
    }))
  const [first] = refused.values()
  return andThen(dialogue.reset(), () => {
    const answer: Answer = { reply: first, logged: true, close }
    const hearsEach = repliesEach(dialogue.connection, transaction)
    return hearsEach ? { ...answer, replies: repliesTo({ all, apart: refused, isLmtp }, answer) } : answer
  })
}
