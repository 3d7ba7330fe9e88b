/**
 * An SMTP session (RFC 5321): octets in, replies out, policy asked at every hook.
 *
 * Has no socket and starts no timer of its own: `Wire` and `Clock` are given. Whatever goes wrong inside ends this session
 * with 451 and no other.
 */
import type { TlsState } from '../core/net/tls.ts'
import { type MaybePromise, andThen } from '../core/truth.ts'
import type { Answer, Mode, Taken } from './answer.ts'
import { commandMode } from './command-mode.ts'
import { Dialogue } from './dialogue.ts'
import type { DialogueOptions } from './dialogue-options.ts'
import { openSession } from './opening.ts'
import { INTERNAL_ERROR, SHUTTING_DOWN, SPOKE_FIRST, TIMED_OUT, TOO_SLOW } from './protocol-replies.ts'
import { RateWatch } from './rate-watch.ts'
import { formatReply, type Reply, replyText } from './reply.ts'
import { StepwiseSession } from './stepwise-session.ts'
import type { Wire } from './wire.ts'

export type SessionOptions = Omit<DialogueOptions, 'inputWaits'> & {
  readonly wire: Wire
  /** Some rule asks whether the client speaks before the greeting; otherwise who does so is refused at once. */
  readonly hearsEarly?: boolean
}

export class Session extends StepwiseSession<Taken> {
  readonly #dialogue: Dialogue
  readonly #commands: Mode
  readonly #hearsEarly: boolean
  #mode: Mode
  #output = ''
  #opened = false
  /** A TLS handshake is under way: nothing may be said, and nothing that is heard is SMTP. */
  #securing = false
  #cancelDeadline: (() => void) | undefined
  #rate: RateWatch | undefined

  constructor({ wire, hearsEarly = false, ...options }: SessionOptions) {
    super(wire)
    this.#hearsEarly = hearsEarly
    this.#dialogue = new Dialogue({ ...options, inputWaits: () => this.holdsInput })
    this.#commands = commandMode(this.#dialogue)
    this.#mode = this.#commands
  }

  /** To be called once. The client hears the greeting if policy lets it in. */
  start(): void {
    const open = (answer: Answer): Answer => {
      this.#opened = true
      const isUnasked = this.#hearsEarly && this.#dialogue.early.isUnasked
      return isUnasked && !answer.close ? { reply: SPOKE_FIRST, close: true } : answer
    }
    this.run({ used: 0, step: () => andThen(openSession(this.#dialogue), open) })
    this.work()
  }

  override receive(octets: Buffer): void {
    if (this.#securing) return this.close()
    this.#rate?.hear(octets.length)
    this.#dialogue.early.heard()
    if (this.#opened || this.#hearsEarly) super.receive(octets)
    else this.#finish(SPOKE_FIRST)
  }

  /** The handshake has succeeded. Nothing the client said before counts any more (RFC 3207 section 4.2). */
  secured(tls: TlsState): void {
    if (this.isClosed) return
    this.#dialogue.secure(tls)
    this.#securing = false
    this.stopWaiting()
    this.work()
  }

  abort(): void {
    this.#finish({ ...SHUTTING_DOWN, limit: 'shutdown_grace' })
  }

  protected get reader(): Mode {
    return this.#mode
  }

  protected get isOpen(): boolean {
    return this.#dialogue.transaction !== undefined
  }

  protected override get isPaused(): boolean {
    return this.#securing
  }

  protected perform({ step, partial = false }: Taken): MaybePromise<void> {
    if (!partial) this.stopWaiting()
    return andThen(step?.() ?? {}, (answer) => this.#settle(answer, partial))
  }

  protected fail(): void {
    this.#finish(INTERNAL_ERROR)
  }

  protected logFault(error: string): void {
    this.#dialogue.log('error', { error }, 'internal error')
  }

  protected override flush(): void {
    if (this.#output === '') return
    const output = this.#output
    this.#output = ''
    this.send(output)
  }

  protected override flow(open: boolean): void {
    super.flow(open)
    this.#rate?.excuse()
  }

  /** The client's time for one whole command or content; octets that trickle in do not prolong it. */
  protected startWaiting(): void {
    const { limits, ports } = this.#dialogue
    const limit = this.#mode.timeout
    this.#cancelDeadline ??= ports.clock.after(limits[limit] * 1000, () => this.#finish({ ...TIMED_OUT, limit }))
    this.#rate ??= this.#mode.rate && this.#watchRate(limits[this.#mode.rate], limits.data_grace)
  }

  protected stopWaiting(): void {
    this.#rate?.stop()
    this.#rate = undefined
    this.#cancelDeadline?.()
    this.#cancelDeadline = undefined
  }

  protected leave(): void {
    this.#finish(SHUTTING_DOWN)
  }

  protected hurry(): void {
    this.#dialogue.end()
  }

  protected async end(socketClosed: Promise<void>): Promise<void> {
    await this.#dialogue.reset()
    await this.#dialogue.tell('disconnect')
    await socketClosed
    await this.#dialogue.over()
  }

  #settle({ reply, replies, close, startTls, listen, after, logged }: Answer, partial: boolean): MaybePromise<void> {
    if (this.isClosed) return undefined
    if (!partial) this.#mode = listen ?? this.#commands
    const said = replies ?? (reply ? [reply] : [])
    // The same reply to each recipient is one line of the log.
    for (const [index, one] of said.entries()) this.#say(one, logged || said.indexOf(one) < index)
    this.#dialogue.count(said)
    const { patienceEnds } = this.#dialogue
    if (close) this.close()
    else if (startTls) this.#startTls()
    else if (patienceEnds) this.#finish(patienceEnds)
    if (after === undefined) return undefined
    this.flush()
    return after()
  }

  /** Half a handshake is given up in silence: there is nobody to talk to. */
  #startTls(): void {
    const { limits, ports } = this.#dialogue
    this.flush()
    this.#securing = true
    this.#cancelDeadline = ports.clock.after(limits.tls_timeout * 1000, () => {
      this.#dialogue.log('info', { limit: 'tls_timeout' }, 'the TLS handshake took too long')
      this.close()
    })
    this.startTls()
  }

  #say(reply: Reply, logged = false): void {
    this.#output += formatReply(reply)
    if (reply.code >= 400 && !logged)
      this.#dialogue.log('info', { reply: replyText(reply), limit: reply.limit }, 'refused by the protocol')
  }

  #watchRate(rate: number, grace: number): RateWatch {
    const { clock } = this.#dialogue.ports
    const tooSlow = (): void => this.#finish(TOO_SLOW)
    return new RateWatch({ clock, octets: rate * grace, stretch: grace * 1000, tooSlow })
  }

  #finish(reply: Reply): void {
    if (this.isClosed) return
    if (!this.#securing) this.#say(reply)
    this.close()
  }
}
