/**
 * A message: header section and body, octet for octet as received, with edits laid over it.
 *
 * Lines end in CRLF. What no edit touches is written out exactly as it came.
 */
import { type HeaderField, parseHeader } from './header.ts'

/** The body's octets: in memory here, in a spool file elsewhere. */
export interface BodySource {
  readonly length: number
  read(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** At most so many octets from the start, for rules. */
  head(octets: number): Buffer
}

export function memoryBody(octets: Buffer): BodySource {
  return { length: octets.length, read: () => [octets], head: (count) => octets.subarray(0, count) }
}

export class Message {
  #fields: HeaderField[]
  /** As they came in. */
  readonly received: readonly HeaderField[]
  readonly #separator: Buffer
  readonly body: BodySource

  protected constructor(fields: HeaderField[], separator: Buffer, body: BodySource) {
    this.#fields = fields
    this.received = [...fields]
    this.#separator = separator
    this.body = body
  }

  /** `header` is everything before the first empty line, without that line. */
  static of(header: Buffer, body: BodySource, hasSeparator = true): Message {
    return new Message([...parseHeader(header)], Buffer.from(hasSeparator ? '\r\n' : ''), body)
  }

  /** Splits complete content at its first empty line; without one, everything is header (qpsmtpd, Postfix). */
  static parse(content: Buffer): Message {
    if (content.subarray(0, 2).toString('latin1') === '\r\n')
      return Message.of(Buffer.alloc(0), memoryBody(content.subarray(2)))
    const end = content.indexOf('\r\n\r\n')
    if (end < 0) return Message.of(content, memoryBody(Buffer.alloc(0)), false)
    return Message.of(content.subarray(0, end + 2), memoryBody(content.subarray(end + 4)))
  }

  get fields(): readonly HeaderField[] {
    return this.#fields
  }

  /** Octets, header and separator included, as it would be written now. */
  get size(): number {
    return this.#fields.reduce((sum, field) => sum + field.raw.length, 0) + this.#separator.length + this.body.length
  }

  /** Unfolded values of the fields with this name, in order; names ignore case. */
  values(name: string): readonly string[] {
    const wanted = name.toLowerCase()
    return this.#fields.filter((field) => field.key === wanted).map((field) => field.value)
  }

  /** New fields stand on top, as trace fields do. */
  prepend(field: HeaderField): void {
    this.#fields.unshift(field)
  }

  remove(name: string): void {
    const unwanted = name.toLowerCase()
    this.#fields = this.#fields.filter((field) => field.key !== unwanted)
  }

  /** Header section and separator as written now. */
  head(): Buffer {
    return Buffer.concat([...this.#fields.map((field) => field.raw), this.#separator])
  }

  /** The whole message, head first. */
  async *read(): AsyncGenerator<Uint8Array> {
    yield this.head()
    yield* this.body.read()
  }
}
