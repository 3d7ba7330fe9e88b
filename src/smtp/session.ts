/**
 * An SMTP session (RFC 5321): octets in, replies out, policy asked at every hook.
 *
 * Has no socket and starts no timer of its own: `Wire` and `Clock` are given. Steps run strictly one after the other, in
 * a loop; what arrives while one runs waits. Whatever goes wrong inside ends this session with 451 and no other.
 */
import type { TlsState } from '../core/tls.ts'
import { isPromise, type MaybePromise, andThen } from '../core/truth.ts'
import type { Answer, Mode, Taken } from './answer.ts'
import { commandMode } from './command-mode.ts'
import { Dialogue, type DialogueOptions } from './dialogue.ts'
import { InputQueue } from './input-queue.ts'
import { openSession } from './opening.ts'
import { INTERNAL_ERROR, SHUTTING_DOWN, SPOKE_FIRST, TIMED_OUT, TOO_SLOW } from './protocol-replies.ts'
import { RateWatch } from './rate-watch.ts'
import { formatReply, type Reply, replyText } from './reply.ts'
import type { Wire } from './wire.ts'

export type SessionOptions = Omit<DialogueOptions, 'inputWaits'> & {
  readonly wire: Wire
  /** Some rule asks whether the client speaks before the greeting; otherwise who does so is refused at once. */
  readonly hearsEarly?: boolean
}

/** Steps before other sessions have their turn. */
const TURN = 64

export class Session {
  readonly #wire: Wire
  readonly #dialogue: Dialogue
  readonly #commands: Mode
  readonly #hearsEarly: boolean
  readonly #input = new InputQueue()
  readonly #socketClosed = Promise.withResolvers<void>()
  readonly #over = Promise.withResolvers<void>()
  #mode: Mode
  #output = ''
  #opened = false
  #closed = false
  #stopping = false
  /** A TLS handshake is under way: nothing may be said, and nothing that is heard is SMTP. */
  #securing = false
  #inputEnded = false
  /** A step is running. */
  #busy = false
  /** Others have their turn. */
  #yielded = false
  /** The client does not read what it is told. */
  #blocked = false
  #flowing = true
  #cancelDeadline: (() => void) | undefined
  #rate: RateWatch | undefined

  constructor({ wire, hearsEarly = false, ...options }: SessionOptions) {
    this.#wire = wire
    this.#hearsEarly = hearsEarly
    this.#dialogue = new Dialogue({ ...options, inputWaits: () => this.#holdsInput() })
    this.#commands = commandMode(this.#dialogue)
    this.#mode = this.#commands
  }

  /** Settles when the socket is closed and the last hook has run. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  /** To be called once. The client hears the greeting if policy lets it in. */
  start(): void {
    const open = (answer: Answer): Answer => {
      this.#opened = true
      const isUnasked = this.#hearsEarly && this.#dialogue.early.isUnasked
      return isUnasked && !answer.close ? { reply: SPOKE_FIRST, close: true } : answer
    }
    this.#perform({ used: 0, step: () => andThen(openSession(this.#dialogue), open) })
    this.#work()
  }

  receive(octets: Buffer): void {
    if (this.#closed) return
    if (this.#securing) return this.#close()
    this.#rate?.hear(octets.length)
    this.#input.push(octets)
    this.#dialogue.early.heard()
    if (this.#opened || this.#hearsEarly) this.#work()
    else this.#finish(SPOKE_FIRST)
  }

  /** The client will send no more. What it has sent is still answered. */
  endInput(): void {
    this.#inputEnded = true
    this.#rest()
  }

  /** The client has read what it was told. */
  drained(): void {
    this.#blocked = false
    this.#work()
  }

  /** The handshake has succeeded. Nothing the client said before counts any more (RFC 3207 section 4.2). */
  secured(tls: TlsState): void {
    if (this.#closed) return
    this.#dialogue.secure(tls)
    this.#securing = false
    this.#stopWaiting()
    this.#work()
  }

  /** Ends the session as soon as no transaction is open. */
  stop(): void {
    this.#stopping = true
    this.#rest()
  }

  /** Ends the session now. */
  abort(): void {
    this.#finish({ ...SHUTTING_DOWN, limit: 'shutdown_grace' })
  }

  /** The socket is closed, whoever closed it. */
  gone(): void {
    this.#close()
    this.#socketClosed.resolve()
  }

  #isFree(): boolean {
    return this.#opened && !this.#closed && !this.#securing && !this.#busy && !this.#yielded && !this.#blocked
  }

  #holdsInput(): boolean {
    return !this.#input.isEmpty || (this.#wire.holdsInput?.() ?? false)
  }

  #work(): void {
    for (let steps = 1; this.#isFree() && !this.#input.isEmpty; steps += 1) {
      const taken = this.#input.take(this.#mode)
      if (taken) this.#perform(taken)
      if (steps === TURN) this.#yield()
    }
    this.#rest()
  }

  #yield(): void {
    this.#yielded = true
    this.#wire.later(() => {
      this.#yielded = false
      this.#work()
    })
  }

  #perform({ step, partial = false }: Taken): void {
    if (!partial) this.#stopWaiting()
    try {
      const done = andThen(step?.() ?? {}, (answer) => this.#settle(answer, partial))
      if (isPromise(done)) void this.#follow(done)
    } catch (fault) {
      this.#fail(fault)
    }
  }

  async #follow(step: Promise<void>): Promise<void> {
    this.#busy = true
    try {
      await step
    } catch (fault) {
      this.#fail(fault)
    }
    this.#busy = false
    if (this.#closed) void this.#tearDown()
    else this.#work()
  }

  #settle({ reply, replies, close, startTls, listen, after, logged }: Answer, partial: boolean): MaybePromise<void> {
    if (this.#closed) return undefined
    if (!partial) this.#mode = listen ?? this.#commands
    const said = replies ?? (reply ? [reply] : [])
    // The same reply to each recipient is one line of the log.
    for (const [index, one] of said.entries()) this.#say(one, logged || said.indexOf(one) < index)
    this.#dialogue.count(said)
    const { patienceEnds } = this.#dialogue
    if (close) this.#close()
    else if (startTls) this.#startTls()
    else if (patienceEnds) this.#finish(patienceEnds)
    if (after === undefined) return undefined
    this.#flush()
    return after()
  }

  /** Half a handshake is given up in silence: there is nobody to talk to. */
  #startTls(): void {
    const { limits, ports } = this.#dialogue
    this.#flush()
    this.#securing = true
    this.#blocked = false
    this.#flowing = true
    this.#cancelDeadline = ports.clock.after(limits.tls_timeout * 1000, () => {
      this.#dialogue.log('info', { limit: 'tls_timeout' }, 'the TLS handshake took too long')
      this.#close()
    })
    this.#wire.startTls?.()
  }

  #say(reply: Reply, logged = false): void {
    this.#output += formatReply(reply)
    if (reply.code >= 400 && !logged)
      this.#dialogue.log('info', { reply: replyText(reply), limit: reply.limit }, 'refused by the protocol')
  }

  #flush(): void {
    if (this.#output === '') return
    const output = this.#output
    this.#output = ''
    this.#blocked = !this.#wire.send(output)
  }

  /** When there is nothing to do for now. */
  #rest(): void {
    if (this.#closed || this.#securing) return
    this.#flush()
    if (this.#flowing !== this.#input.isEmpty) {
      this.#flowing = this.#input.isEmpty
      this.#wire.flow(this.#flowing)
      this.#rate?.excuse()
    }
    if (this.#busy || this.#yielded) return
    if (this.#stopping && this.#dialogue.transaction === undefined) this.#finish(SHUTTING_DOWN)
    else if (this.#inputEnded && this.#input.isEmpty) this.#close()
    else this.#startWaiting()
  }

  /** The client's time for one whole command or content; octets that trickle in do not prolong it. */
  #startWaiting(): void {
    const { limits, ports } = this.#dialogue
    const limit = this.#mode.timeout
    this.#cancelDeadline ??= ports.clock.after(limits[limit] * 1000, () => this.#finish({ ...TIMED_OUT, limit }))
    this.#rate ??= this.#mode.rate && this.#watchRate(limits[this.#mode.rate], limits.data_grace)
  }

  #watchRate(rate: number, grace: number): RateWatch {
    const { clock } = this.#dialogue.ports
    const tooSlow = (): void => this.#finish(TOO_SLOW)
    return new RateWatch({ clock, octets: rate * grace, stretch: grace * 1000, tooSlow })
  }

  #stopWaiting(): void {
    this.#rate?.stop()
    this.#rate = undefined
    this.#cancelDeadline?.()
    this.#cancelDeadline = undefined
  }

  #fail(fault: unknown): void {
    const error = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
    this.#dialogue.log('error', { error }, 'internal error')
    this.#finish(INTERNAL_ERROR)
  }

  #finish(reply: Reply): void {
    if (this.#closed) return
    if (!this.#securing) this.#say(reply)
    this.#close()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopWaiting()
    this.#input.clear()
    this.#flush()
    this.#wire.close()
    this.#dialogue.end()
    if (!this.#busy) void this.#tearDown()
  }

  async #tearDown(): Promise<void> {
    try {
      await this.#dialogue.reset()
      await this.#dialogue.tell('disconnect')
      await this.#socketClosed.promise
      await this.#dialogue.tell('post_connection')
    } catch (fault) {
      this.#dialogue.log('error', { error: String(fault) }, 'internal error')
    }
    this.#over.resolve()
  }
}
