/**
 * The content of a message as a milter gets it: header fields one by one, then the body in pieces.
 *
 * It goes through the reader that content from clients goes through, with the same limits and the same spool; only the
 * body's lines are the mail server's affair.
 */
import type { Transaction } from '../../core/session.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'
import { endContent, endHeader, type Incoming, spool } from '../../smtp/content/end.ts'
import { type Inquiry, judge, type Judgement } from '../inquiry.ts'
import { editsOf } from './answers.ts'
import type { Terms } from './negotiation.ts'
import { textsIn } from './packets.ts'

const FIELD_NAME = /^[!-9;-~]+$/
const CRLF = Buffer.from('\r\n')

export interface Ended {
  readonly judgement: Judgement
  /** What is to be done to the header section where nobody objects. */
  readonly edits: string
}

export class Content {
  readonly #incoming: Incoming
  readonly #terms: Terms

  constructor({ dialogue }: Inquiry, transaction: Transaction, terms: Terms) {
    this.#incoming = { dialogue, transaction, reader: dialogue.room.receive('binary', dialogue.limits) }
    this.#terms = terms
  }

  /** False when it is no field. Lines of one field end in LF, and those after the first begin with a blank. */
  addField(data: Buffer): boolean {
    const [name, value, ...rest] = textsIn(data)?.map((text) => text.toString('latin1')) ?? []
    if (name === undefined || value === undefined || rest.length > 0 || !FIELD_NAME.test(name)) return false
    const lines = value.replace(/[\r\n]+$/, '').replace(/\r?\n([ \t]?)/g, (_, blank: string) => `\r\n${blank || '\t'}`)
    this.#read(Buffer.from(`${name}:${this.#terms.leadingSpace ? '' : ' '}${lines}\r\n`, 'latin1'))
    return true
  }

  endHeader(): MaybePromise<Judgement> {
    return this.#read(CRLF) ? judge(endHeader(this.#incoming)) : undefined
  }

  addBody(data: Buffer): MaybePromise<void> {
    this.#read(data)
    if (this.#incoming.reader.body.isFull) return andThen(spool(this.#incoming), () => undefined)
    return undefined
  }

  end(): MaybePromise<Ended> {
    const { reader, transaction } = this.#incoming
    reader.finish()
    const { message } = transaction
    return andThen(judge(endContent(this.#incoming)), (judgement) => ({
      judgement,
      edits: message && !judgement ? editsOf(message, this.#terms) : '',
    }))
  }

  /** Whether the header section ended with these octets, and nothing is wrong with it. */
  #read(octets: Buffer): boolean {
    let hasEnded = false
    for (let rest = octets; rest.length > 0; ) {
      const { used, event } = this.#incoming.reader.read(rest)
      hasEnded ||= event?.kind === 'header'
      rest = rest.subarray(used)
    }
    return hasEnded
  }
}
