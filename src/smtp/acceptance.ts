/**
 * A complete message, from the final dot to the reply.
 *
 * The 250 after DATA is said here and nowhere else, and only for a queue verdict OK: a delivery target has the message.
 */
import type { Hook } from '../core/hook.ts'
import type { Message } from '../core/message.ts'
import type { Transaction } from '../core/session.ts'
import { type MaybePromise, andThen } from '../core/truth.ts'
import type { Answer } from './answer.ts'
import type { Dialogue } from './dialogue.ts'
import { receivedField } from './received.ts'

export function acceptMessage(dialogue: Dialogue, transaction: Transaction, message: Message): MaybePromise<Answer> {
  return pass(dialogue, 'data_post_headers', () =>
    pass(dialogue, 'received_line', () => {
      message.prepend(receivedBy(dialogue, transaction))
      return pass(dialogue, 'data_post', () => pass(dialogue, 'queue_pre', () => queue(dialogue)))
    }),
  )
}

function pass(dialogue: Dialogue, hook: Hook, go: () => MaybePromise<Answer>): MaybePromise<Answer> {
  return dialogue.ask({ hook, go, undo: () => dialogue.reset() })
}

function receivedBy({ connection, hostname, ports }: Dialogue, { id }: Transaction) {
  return receivedField({ connection, hostname, id, now: ports.clock.now() })
}

function queue(dialogue: Dialogue): MaybePromise<Answer> {
  return dialogue.ask({
    hook: 'queue',
    go: ({ reply }) => {
      dialogue.forgive()
      return { reply, after: () => andThen(dialogue.tell('queue_post'), () => dialogue.reset()) }
    },
    undo: () => dialogue.reset(),
  })
}
