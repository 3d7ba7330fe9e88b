/** A message of which a decision log has kept its size and some fields. It tells which rules ask for what was not kept. */
import { type HeaderField, makeField, parseHeader } from '../core/mail/header.ts'
import { Message } from '../core/mail/message.ts'

export interface KeptContent {
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Fields that would have been kept, had they been there. */
  readonly names: readonly string[]
  /** Octets of the whole message. */
  readonly size: number
}

/** Fields that the walk itself adds. */
const OURS = ['received']

export class RecordedMessage extends Message {
  readonly #known: ReadonlySet<string>
  readonly #size: number
  readonly #onMissing: (what: string) => void

  constructor({ headers, names, size }: KeptContent, onMissing: (what: string) => void) {
    const head = Buffer.concat(headers.map(([name, value]) => makeField(name, value).raw))
    const missing = (count: number): Buffer => {
      onMissing('the body')
      return Buffer.alloc(Math.min(count, 0))
    }
    super([...parseHeader(head)], Buffer.from('\r\n'), {
      length: Math.max(0, size - head.length - 2),
      read: () => [missing(0)],
      head: missing,
    })
    this.#known = new Set(names.map((name) => name.toLowerCase()))
    this.#size = size
    this.#onMissing = onMissing
  }

  override get size(): number {
    return this.#size
  }

  override get fields(): readonly HeaderField[] {
    this.#onMissing('the header')
    return super.fields
  }

  override values(name: string): readonly string[] {
    const isKnown = this.#known.has(name.toLowerCase()) && !OURS.includes(name.toLowerCase())
    if (!isKnown) this.#onMissing(`header.${name}`)
    return super.values(name)
  }
}
