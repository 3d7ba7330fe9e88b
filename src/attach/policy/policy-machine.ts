/**
 * A policy service of Postfix: one request, one answer, for one SMTP session after the other.
 *
 * Postfix asks as often as its restrictions name us, and with `smtpd_delay_reject` not before RCPT. Whatever a request
 * reaches is asked in the order of an SMTP session, each hook once: what was answered is remembered. On trouble nothing
 * is answered, as SMTPD_POLICY_README wants it; Postfix then defers.
 */
import type { MaybePromise } from '../../core/truth.ts'
import type { Attachment } from '../../server/attachment.ts'
import { Inquiry } from '../inquiry.ts'
import type { Machine, Said, Taken } from '../said.ts'
import { actionFor } from './action.ts'
import { PolicyClient } from './policy-client.ts'
import { type PolicyRequest, readRequest } from './policy-request.ts'
import { type RequestEvent, RequestReader } from './request-reader.ts'

type Options = Pick<Attachment, 'limits' | 'remote' | 'local' | 'begin'>

export class PolicyMachine implements Machine {
  readonly #options: Options
  readonly #reader: RequestReader
  #client: PolicyClient | undefined
  #ended = false

  constructor(options: Options) {
    this.#options = options
    this.#reader = new RequestReader(options.limits)
  }

  get isPartial(): boolean {
    return this.#reader.isPartial
  }

  /** Between two requests Postfix can do without us: it connects again. */
  get isOpen(): boolean {
    return this.#reader.isPartial
  }

  take(octets: Buffer): Taken {
    const { used, event } = this.#reader.read(octets)
    return event ? { used, step: () => this.#answer(event) } : { used }
  }

  failed(): Said {
    return { close: true }
  }

  hurry(): void {
    this.#ended = true
    this.#client?.hurry()
  }

  end(): MaybePromise<void> {
    return this.#client?.end()
  }

  #answer(event: RequestEvent): MaybePromise<Said> {
    if (event.kind === 'request') return this.#judge(readRequest(event.attributes))
    return { close: true, because: event.because, limit: event.limit }
  }

  async #judge(request: PolicyRequest): Promise<Said> {
    const client = await this.#clientOf(request)
    const judgement = await client.judge(request)
    return { octets: actionFor(judgement, judgement ? undefined : client.nextField(request)) }
  }

  async #clientOf(request: PolicyRequest): Promise<PolicyClient> {
    const last = this.#client
    if (last?.isAbout(request)) return last
    await last?.end()
    const { remote, local, begin } = this.#options
    const who = request.remote ? { remote: request.remote } : { remote, anonymous: true }
    const inquiry = new Inquiry(begin({ ...who, local: request.local ?? local, tls: request.tls }))
    const client = new PolicyClient(request, inquiry)
    if (this.#ended) client.hurry()
    this.#client = client
    return client
  }
}
