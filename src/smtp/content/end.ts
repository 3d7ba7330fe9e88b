/** The end of a header section and the end of the content, however the content came: limits, hooks, and the reply. */
import { countFields } from '../../core/mail/header.ts'
import { Message } from '../../core/mail/message.ts'
import { reasonOf } from '../../core/reason.ts'
import type { Transaction } from '../../core/session.ts'
import type { MaybePromise } from '../../core/truth.ts'
import { acceptMessage } from '../acceptance.ts'
import type { Answer } from '../answer.ts'
import type { ContentFault, ContentReader } from './reader.ts'
import type { Dialogue } from '../dialogue.ts'
import {
  CHUNK_LINE_ENDS,
  HEADER_TOO_BIG,
  LINE_TOO_LONG,
  MESSAGE_TOO_BIG,
  STORAGE_FULL,
  TOO_MANY_FIELDS,
  TOO_MANY_HOPS,
} from '../protocol-replies.ts'
import type { Reply } from '../reply.ts'

const FAULTS: Readonly<Record<ContentFault, Reply>> = {
  message_size: MESSAGE_TOO_BIG,
  header_size: HEADER_TOO_BIG,
  header_fields: TOO_MANY_FIELDS,
  hops: TOO_MANY_HOPS,
  text_line_length: LINE_TOO_LONG,
  line_ends: CHUNK_LINE_ENDS,
  storage: STORAGE_FULL,
}

/** A message on its way in. */
export interface Incoming {
  readonly dialogue: Dialogue
  readonly transaction: Transaction
  readonly reader: ContentReader
}

/** The body is empty here and fills up later: edits made at this hook stay. */
export function endHeader({ dialogue, transaction, reader }: Incoming): MaybePromise<Answer> {
  const header = Buffer.concat(reader.header.read())
  if (countFields(header) > dialogue.limits.header_fields) return refuse(reader, 'header_fields')
  const message = Message.of(header, reader.body, reader.hasSeparator)
  if (message.values('Received').length > dialogue.limits.hops) return refuse(reader, 'hops')
  transaction.message = message
  for (const field of transaction.newFields) message.prepend(field)
  return dialogue.ask({ hook: 'data_headers_end', go: () => ({}) })
}

/** Said when the content is over. */
function refuse(reader: ContentReader, fault: ContentFault): Answer {
  reader.refuse(fault)
  return {}
}

/** Everything has come in. An LMTP client hears a reply for each recipient, also when it is one for all of them. */
export function endContent(incoming: Incoming): MaybePromise<Answer> {
  const { dialogue, transaction } = incoming
  return dialogue.when(conclude(incoming), (answer) => {
    const { reply, replies } = answer
    if (dialogue.offer.protocol !== 'lmtp' || !reply || replies) return answer
    return { ...answer, replies: transaction.recipients.map(() => reply) }
  })
}

/** Content without an empty line is all header, so that its end is here too. */
function conclude(incoming: Incoming): MaybePromise<Answer> {
  const { dialogue, transaction, reader } = incoming
  if (reader.fault !== undefined) return refuseContent(incoming)
  if (transaction.message) return acceptMessage(dialogue, transaction, transaction.message)
  return dialogue.when(endHeader(incoming), (answer) => (answer.reply ? answer : conclude(incoming)))
}

/** Ends the transaction. To be called when there is a fault. */
export function refuseContent({ dialogue, reader }: Pick<Incoming, 'dialogue' | 'reader'>): MaybePromise<Answer> {
  const reply = FAULTS[reader.fault ?? 'storage']
  return dialogue.when(dialogue.reset(), () => ({ reply }))
}

/** Makes room in memory; where there is none on disk, the content is read to its end and not kept. */
export async function spool({ dialogue, reader }: Incoming): Promise<Answer> {
  try {
    await reader.body.flush()
  } catch (fault) {
    const because = reasonOf(fault)
    dialogue.log('error', { because }, 'the message cannot be stored')
    reader.refuse('storage')
  }
  return {}
}
