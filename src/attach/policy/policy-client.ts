/** One SMTP session that Postfix asks about, as far as its requests have told: what was asked, and what was answered. */
import type { HeaderField } from '../../core/mail/header.ts'
import type { MaybePromise } from '../../core/truth.ts'
import type { Inquiry, Judgement } from '../inquiry.ts'
import { type PolicyRequest, REACHES } from './policy-request.ts'

/** What was answered, by question. */
type Answers = Map<string, Promise<Judgement>>

interface Mail {
  /** '' until Postfix has a name for it. */
  instance: string
  readonly sender: string
  readonly answers: Answers
  /** How many of the header fields that rules added Postfix has been told. */
  told: number
}

export class PolicyClient {
  readonly #inquiry: Inquiry
  readonly #session: string
  /** Whether requests tell sessions of one client apart. */
  readonly #hasPort: boolean
  #opened: Promise<Judgement> | undefined
  #hello: { readonly said: string; readonly judgement: Promise<Judgement> } | undefined
  #mail: Mail | undefined

  constructor({ session, remote }: PolicyRequest, inquiry: Inquiry) {
    this.#inquiry = inquiry
    this.#session = session
    this.#hasPort = remote !== undefined && remote.port > 0
  }

  isAbout({ session, instance }: PolicyRequest): boolean {
    if (session !== this.#session) return false
    return this.#hasPort || instance === '' || !this.#mail?.instance || this.#mail.instance === instance
  }

  /** The first objection on the way to where the session has come. */
  async judge(request: PolicyRequest): Promise<Judgement> {
    const steps = [
      () => this.#open(request),
      () => this.#greet(request),
      () => this.#send(request),
      () => this.#receive(request),
      () => this.#begin(request),
    ]
    for (const step of steps.slice(0, REACHES.indexOf(request.reach) + 1)) {
      const judgement = await step()
      if (judgement) return judgement
    }
    return undefined
  }

  /** Postfix takes one field with each answer, and none after the content. */
  nextField({ reach, isAtEnd }: PolicyRequest): HeaderField | undefined {
    const mail = this.#mail
    if (!mail || isAtEnd || reach === 'connection' || reach === 'greeting') return undefined
    const field = this.#inquiry.transaction?.newFields[mail.told]
    if (field) mail.told += 1
    return field
  }

  hurry(): void {
    this.#inquiry.hurry()
  }

  end(): Promise<void> {
    this.#reportLost()
    return this.#inquiry.end()
  }

  #open({ name }: PolicyRequest): Promise<Judgement> {
    return (this.#opened ??= settled(this.#inquiry.open(name)))
  }

  /** Who logs in or turns to TLS does so after the greeting; after STARTTLS the client says hello again. */
  #greet({ hello, tls, login }: PolicyRequest): Promise<Judgement> | undefined {
    if (tls && !this.#inquiry.dialogue.connection.tls) {
      this.#inquiry.secure(tls)
      this.#hello = undefined
    }
    if (login) this.#inquiry.login(login)
    if (!hello) return undefined
    const said = `${hello.verb} ${hello.name}`
    if (this.#hello?.said !== said)
      this.#hello = { said, judgement: settled(this.#inquiry.hello(hello.verb, hello.name)) }
    return this.#hello.judgement
  }

  #send(request: PolicyRequest): Promise<Judgement> {
    const { instance, sender, size, queueId } = request
    const isSame = this.#mail?.sender === sender && ['', instance].includes(this.#mail.instance)
    const mail = isSame && this.#mail ? this.#mail : { sender, instance, answers: new Map(), told: 0 }
    if (mail !== this.#mail) this.#reportLost()
    mail.instance = instance
    this.#mail = mail
    const parameters = size === undefined ? [] : [`SIZE=${size}`]
    const judgement = this.#remember('MAIL', () => this.#inquiry.sender({ path: sender, parameters }))
    return judgement.then((answer) => {
      this.#inquiry.identify(queueId)
      return answer
    })
  }

  #receive({ recipient: path }: PolicyRequest): Promise<Judgement> | undefined {
    if (path === undefined) return undefined
    return this.#remember(`RCPT ${path}`, () => this.#inquiry.recipient({ path, parameters: [] }))
  }

  #begin({ size }: PolicyRequest): Promise<Judgement> {
    return this.#remember('DATA', () => {
      const { transaction } = this.#inquiry
      if (transaction && size !== undefined)
        transaction.mailParams = new Map([...transaction.mailParams, ['SIZE', String(size)]])
      return this.#inquiry.data()
    })
  }

  /** What does not fit in is asked again. */
  #remember(question: string, ask: () => MaybePromise<Judgement>): Promise<Judgement> {
    const answers: Answers = this.#mail?.answers ?? new Map()
    const known = answers.get(question)
    if (known) return known
    const judgement = settled(ask())
    if (answers.size <= this.#inquiry.dialogue.limits.recipients) answers.set(question, judgement)
    return judgement
  }

  #reportLost(): void {
    const fields = this.#inquiry.transaction?.newFields.length ?? 0
    const lost = fields - (this.#mail?.told ?? 0)
    if (lost > 0)
      this.#inquiry.dialogue.log('warn', { fields: lost }, 'header fields are lost: Postfix takes one with each answer')
  }
}

async function settled(judgement: MaybePromise<Judgement>): Promise<Judgement> {
  return judgement
}
