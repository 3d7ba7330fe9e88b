/** Message content on its way out: in pieces small enough that other sessions get their turn between two of them. */

export type Octets = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const PIECE = 64 * 1024

export async function* pieces(octets: Octets): AsyncGenerator<Buffer> {
  for await (const chunk of octets) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let start = 0; start < buffer.length; start += PIECE) yield buffer.subarray(start, start + PIECE)
  }
}

/** CRLF becomes LF, as files on Unix have it; everything else stays. */
export async function* withLineFeeds(octets: Octets): AsyncGenerator<Buffer> {
  let held = ''
  for await (const piece of pieces(octets)) {
    const text = held + piece.toString('latin1')
    held = text.endsWith('\r') ? '\r' : ''
    yield Buffer.from(text.slice(0, text.length - held.length).replaceAll('\r\n', '\n'), 'latin1')
  }
  if (held !== '') yield Buffer.from(held, 'latin1')
}
