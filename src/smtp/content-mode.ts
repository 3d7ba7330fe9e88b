/** Reads the content of a message; hooks run at the end of its header section and at its end. */
import { Message } from '../core/message.ts'
import type { Transaction } from '../core/session.ts'
import type { MaybePromise } from '../core/truth.ts'
import { acceptMessage } from './acceptance.ts'
import type { Answer, Mode, Taken } from './answer.ts'
import { type ContentLimit, ContentReader } from './content-reader.ts'
import type { Dialogue } from './dialogue.ts'
import { CONTENT_LINE_ENDS, HEADER_TOO_BIG, LINE_TOO_LONG, MESSAGE_TOO_BIG } from './protocol-replies.ts'
import type { Reply } from './reply.ts'

const EXCEEDED: Readonly<Record<ContentLimit, Reply>> = {
  message_size: MESSAGE_TOO_BIG,
  header_size: HEADER_TOO_BIG,
  text_line_length: LINE_TOO_LONG,
}

export function contentMode(dialogue: Dialogue, transaction: Transaction): Mode {
  const reader = new ContentReader(dialogue.limits)
  return {
    timeout: 'data_timeout',
    take(octets): Taken {
      const { used, event } = reader.read(octets)
      switch (event?.kind) {
        case undefined:
          return { used }
        case 'header':
          return { used, partial: true, step: () => endHeader(dialogue, transaction, reader, () => ({})) }
        case 'end':
          return { used, step: () => endContent(dialogue, transaction, reader, event.exceeded) }
        case 'violation':
          return { used, step: () => ({ reply: CONTENT_LINE_ENDS, close: true }) }
      }
    },
  }
}

/** The body is empty here and fills up later: edits made at this hook stay. */
function endHeader(
  dialogue: Dialogue,
  transaction: Transaction,
  reader: ContentReader,
  go: (message: Message) => MaybePromise<Answer>,
): MaybePromise<Answer> {
  const header = Buffer.concat(reader.header.read())
  const message = Message.of(header, reader.body, reader.hasSeparator)
  transaction.message = message
  return dialogue.ask({ hook: 'data_headers_end', go: () => go(message) })
}

function endContent(
  dialogue: Dialogue,
  transaction: Transaction,
  reader: ContentReader,
  exceeded: ContentLimit | undefined,
): MaybePromise<Answer> {
  if (exceeded !== undefined) return dialogue.when(dialogue.reset(), () => ({ reply: EXCEEDED[exceeded] }))
  const { message } = transaction
  if (message) return acceptMessage(dialogue, transaction, message)
  return endHeader(dialogue, transaction, reader, (whole) => acceptMessage(dialogue, transaction, whole))
}
