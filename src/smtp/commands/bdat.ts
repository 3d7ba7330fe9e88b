/**
 * BDAT (RFC 3030): the content in chunks, each with its size.
 *
 * The octets of a chunk are read past whatever is wrong with the command, so that nothing in them is taken for commands.
 * Where the size cannot be read, the session ends.
 */
import { bodyOf, type Transaction } from '../../core/session.ts'
import type { MaybePromise } from '../../core/truth.ts'
import type { Answer } from '../answer.ts'
import { type Chunk, chunkMode, endChunk, pastChunk } from '../content/chunk-mode.ts'
import type { CommandDefinition } from '../command.ts'
import type { Dialogue } from '../dialogue.ts'
import { CHUNK_SIZE_NEEDED, CHUNKS_NOT_OFFERED, MAIL_FIRST, RCPT_FIRST, TOO_MUCH_JUNK } from '../protocol-replies.ts'
import type { Reply } from '../reply.ts'

export const bdat: CommandDefinition = {
  run(dialogue, command) {
    const chunk = parseChunk(command.argument)
    if (!chunk) return { reply: CHUNK_SIZE_NEEDED, close: true }
    if (!chunk.last && chunk.size < SMALL) dialogue.junk += 1
    if (dialogue.junk > dialogue.limits.junk_commands) return { reply: TOO_MUCH_JUNK, close: true }
    const { transaction, room } = dialogue
    const refusal = obstacleTo(dialogue)
    if (refusal || !transaction) return pastChunk(chunk, { reply: refusal })
    if (room.content) return take(dialogue, transaction, chunk)
    let allowed = false
    const begin = (): MaybePromise<Answer> => {
      allowed = true
      return take(dialogue, transaction, chunk)
    }
    const answer = dialogue.ask({ hook: 'data', command, go: begin, undo: () => dialogue.reset() })
    return dialogue.when(answer, (settled) => (allowed ? settled : pastChunk(chunk, settled)))
  },
}

/** Smaller ones cost more than they carry: there may be only so many of them. */
const SMALL = 1024

/** Sizes stay exact as numbers. */
const CHUNK = /^(\d{1,15})(?: +(LAST))?$/i

function parseChunk(argument: string): Chunk | undefined {
  const [, size, last] = CHUNK.exec(argument) ?? []
  return size === undefined ? undefined : { size: Number(size), last: last !== undefined }
}

function obstacleTo({ offer, transaction }: Dialogue): Reply | undefined {
  if (!offer.extensions.chunking) return CHUNKS_NOT_OFFERED
  if (!transaction) return MAIL_FIRST
  return transaction.recipients.length === 0 ? RCPT_FIRST : undefined
}

function take(dialogue: Dialogue, transaction: Transaction, chunk: Chunk): MaybePromise<Answer> {
  const framing = bodyOf(transaction) === 'BINARYMIME' ? 'binary' : 'chunks'
  const reader = dialogue.room.content ?? dialogue.room.receive(framing, dialogue.limits)
  const incoming = { dialogue, transaction, reader }
  return chunk.size === 0 ? endChunk(incoming, chunk) : { listen: chunkMode(incoming, chunk) }
}
