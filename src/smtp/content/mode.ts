/** Reads the content of a message after DATA; hooks run at the end of its header section and at its end. */
import type { Mode, Taken } from '../answer.ts'
import { endContent, endHeader, type Incoming, spool } from './end.ts'
import { CONTENT_LINE_ENDS } from '../protocol-replies.ts'

export function contentMode(incoming: Incoming): Mode {
  const { reader } = incoming
  return {
    timeout: 'data_timeout',
    rate: 'data_rate',
    take(octets): Taken {
      const { used, event } = reader.read(octets)
      switch (event?.kind) {
        case undefined:
          return reader.body.isFull ? { used, partial: true, step: () => spool(incoming) } : { used }
        case 'header':
          return { used, partial: true, step: () => endHeader(incoming) }
        case 'end':
          return { used, step: () => endContent(incoming) }
        case 'violation':
          return { used, step: () => ({ reply: CONTENT_LINE_ENDS, close: true }) }
      }
    },
  }
}
