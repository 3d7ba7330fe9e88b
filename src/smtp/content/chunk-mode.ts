/** Reads one chunk of a message (RFC 3030), or reads past one that is not wanted. A chunk has octets, however few. */
import type { MaybePromise } from '../../core/truth.ts'
import type { Answer, Mode, Taken } from '../answer.ts'
import { endContent, endHeader, type Incoming, refuseContent, spool } from './end.ts'

export interface Chunk {
  /** Octets. */
  readonly size: number
  readonly last: boolean
}

export function chunkMode(incoming: Incoming, chunk: Chunk): Mode {
  const { dialogue, reader } = incoming
  let left = chunk.size
  return {
    timeout: 'data_timeout',
    rate: 'data_rate',
    take(octets): Taken {
      const { used, event } = reader.read(octets.subarray(0, left))
      left -= used
      const work = event ? () => endHeader(incoming) : reader.body.isFull ? () => spool(incoming) : undefined
      if (left > 0) return work ? { used, partial: true, step: work } : { used }
      const end = (answer: Answer): MaybePromise<Answer> => (answer.reply ? answer : endChunk(incoming, chunk))
      return { used, step: () => dialogue.when(work?.() ?? {}, end) }
    },
  }
}

/** A chunk with a fault ends the transaction at once. */
export function endChunk(incoming: Incoming, { size, last }: Chunk): MaybePromise<Answer> {
  const { reader } = incoming
  if (last) {
    reader.finish()
    return endContent(incoming)
  }
  if (reader.fault !== undefined) return refuseContent(incoming)
  return { reply: { code: 250, status: '2.0.0', text: `${size} octets received` } }
}

/** The answer waits until the chunk has gone by: what is in it are no commands. */
export function pastChunk({ size }: Chunk, answer: Answer): Answer {
  return size === 0 || answer.close ? answer : { listen: skipMode(size, answer) }
}

function skipMode(size: number, answer: Answer): Mode {
  let left = size
  return {
    timeout: 'data_timeout',
    rate: 'data_rate',
    take(octets): Taken {
      const used = Math.min(left, octets.length)
      left -= used
      return left > 0 ? { used } : { used, step: () => answer }
    },
  }
}
