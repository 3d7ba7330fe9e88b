/** DATA (RFC 5321 section 4.1.1.4): asks for the content. */
import { bodyOf, type Transaction } from '../../core/session.ts'
import type { Command } from '../../core/context.ts'
import { type MaybePromise, andThen } from '../../core/truth.ts'
import type { Answer } from '../answer.ts'
import type { CommandDefinition } from '../command.ts'
import { contentMode } from '../content/mode.ts'
import type { Dialogue } from '../dialogue.ts'
import {
  BINARY_IN_CHUNKS,
  CHUNKS_BEGUN,
  CONTENT_FIRST,
  GO_AHEAD,
  MAIL_FIRST,
  NO_ARGUMENT,
  RCPT_FIRST,
} from '../protocol-replies.ts'

export const data: CommandDefinition = {
  run(dialogue, command) {
    return andThen(answer(dialogue, command), (answered) => closedToContent(dialogue, answered))
  },
}

function answer(dialogue: Dialogue, command: Command): MaybePromise<Answer> {
  const { transaction } = dialogue
  if (command.argument !== '') return { reply: NO_ARGUMENT }
  if (transaction === undefined) return { reply: MAIL_FIRST }
  if (transaction.recipients.length === 0) return { reply: RCPT_FIRST }
  if (dialogue.room.content) return { reply: CHUNKS_BEGUN }
  if (bodyOf(transaction) === 'BINARYMIME') return { reply: BINARY_IN_CHUNKS }
  return dialogue.ask({
    hook: 'data',
    command,
    go: () => askForContent(dialogue, transaction),
    undo: () => dialogue.reset(),
  })
}

/**
 * DATA ends what may be sent at once (RFC 2920 section 3.1): what stands behind a DATA that is refused is content, and
 * must not be read as commands.
 */
function closedToContent(dialogue: Dialogue, answered: Answer): Answer {
  return answered.listen === undefined && dialogue.inputWaits() ? { ...answered, close: true } : answered
}

/** What a client sends before it is asked is not this message (RFC 2920 section 3.1): it is smuggled, or not SMTP. */
function askForContent(dialogue: Dialogue, transaction: Transaction): Answer {
  if (dialogue.inputWaits()) return { reply: CONTENT_FIRST, close: true }
  return {
    reply: GO_AHEAD,
    listen: contentMode({ dialogue, transaction, reader: dialogue.room.receive('dot', dialogue.limits) }),
  }
}
