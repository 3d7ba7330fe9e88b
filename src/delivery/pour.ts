/** Writes a message out as fast as it is taken. */
import type { Writable } from 'node:stream'
import { type Octets, pieces } from './octets.ts'

/**
 * Resolves when all of it is written and the end said, or when the other side takes no more, which is its own business.
 * Rejects with the message's own error; the end is not said then.
 */
export async function pour(octets: Octets, into: Writable): Promise<void> {
  into.on('error', () => undefined)
  for await (const piece of pieces(octets)) {
    if (into.destroyed) return
    if (!into.write(piece)) await room(into)
  }
  into.end()
}

function room(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
    if (stream.destroyed) done()
  })
}
