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
import { repliesTo, type Roll } from './replies-to-each.ts'
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
  const roll: Roll = { all, apart: refusalsOf(all, rulings), isLmtp: dialogue.offer.protocol === 'lmtp' }
  const close = rulings.some(({ row }) => row.close)
  const left = all.filter((recipient) => !roll.apart.has(recipient))
  transaction.recipients.splice(0, all.length, ...left)
  if (left.length === 0) return refuseAll(dialogue, transaction, roll, close)
  return dialogue.when(go(), (answer) => ({
    ...answer,
    close: close || (answer.close ?? false),
    replies: repliesTo(roll, answer),
  }))
}

function refusalsOf(all: readonly Recipient[], rulings: readonly Ruling[]): ReadonlyMap<Recipient, Reply> {
  return new Map(
    all.flatMap((recipient, index): readonly [Recipient, Reply][] => {
      const ruling = rulings[index]
      return ruling?.reply && isRefused(ruling) ? [[recipient, ruling.reply]] : []
    }),
  )
}

/** Who hears one reply for all hears the first one's. */
function refuseAll(dialogue: Dialogue, transaction: Transaction, roll: Roll, close: boolean): MaybePromise<Answer> {
  const [first] = roll.apart.values()
  return andThen(dialogue.reset(), () => {
    const answer: Answer = { reply: first, logged: true, close }
    const hearsEach = repliesEach(dialogue.connection, transaction)
    return hearsEach ? { ...answer, replies: repliesTo(roll, answer) } : answer
  })
}
