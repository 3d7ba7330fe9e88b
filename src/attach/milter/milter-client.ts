/** One SMTP session of which a milter is told, from SMFIC_CONNECT to its end. */
import type { Transaction } from '../../core/session.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'
import type { Inquiry, Judgement, PathWords } from '../inquiry.ts'
import type { Macros } from './client-words.ts'

export class MilterClient {
  readonly inquiry: Inquiry
  readonly #macros: Macros
  /** The client was refused at CONNECT or HELO: it may go on with MAIL all the same. */
  #refused: Judgement
  #opened: Judgement
  #wasAsked = false

  constructor(inquiry: Inquiry, macros: Macros) {
    this.inquiry = inquiry
    this.#macros = macros
  }

  get transaction(): Transaction | undefined {
    return this.inquiry.transaction
  }

  connect(): MaybePromise<Judgement> {
    return andThen(this.inquiry.open(this.#macros.remoteHost), (judgement) => {
      this.#opened = judgement
      return judgement
    })
  }

  /** The protocol does not say whether it was HELO or EHLO. */
  hello(name: string): MaybePromise<Judgement> {
    const { tls } = this.#macros
    if (tls && !this.inquiry.dialogue.connection.tls) this.inquiry.secure(tls)
    return andThen(this.inquiry.hello('EHLO', name), (judgement) => {
      this.#refused = judgement
      return judgement
    })
  }

  sender(words: PathWords): MaybePromise<Judgement> {
    const refused = this.#opened ?? this.#refused
    if (refused) return refused
    const { login } = this.#macros
    if (login) this.inquiry.login(login)
    this.#wasAsked = false
    return this.inquiry.sender(words)
  }

  recipient(words: PathWords): MaybePromise<Judgement> {
    return this.inquiry.recipient(words)
  }

  /** Mail servers before version 4 of the protocol do not tell of DATA. */
  data(): MaybePromise<Judgement> {
    if (this.#wasAsked) return undefined
    this.#wasAsked = true
    this.inquiry.identify(this.#macros.queueId)
    return this.inquiry.data()
  }

  reset(): MaybePromise<void> {
    return this.inquiry.dialogue.reset()
  }
}
