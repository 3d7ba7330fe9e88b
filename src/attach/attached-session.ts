/**
 * A connection of a mail server that asks us: octets in, answers out, one step after the other.
 *
 * What goes wrong inside ends this connection's session with the answer its protocol has for that, which is never yes.
 */
import type { LimitName } from '../core/limits.ts'
import { type MaybePromise, andThen } from '../core/truth.ts'
import type { Attachment } from '../server/attachment.ts'
import type { Conversation } from '../server/conversation.ts'
import { StepwiseSession } from '../smtp/stepwise-session.ts'
import type { Machine, Said, Taken } from './said.ts'

type Options = Pick<Attachment, 'wire' | 'ports' | 'limits' | 'remote' | 'listener'> & { readonly machine: Machine }

type Timeout = LimitName & ('command_timeout' | 'attach_timeout')

export class AttachedSession extends StepwiseSession<Taken> implements Conversation {
  readonly #options: Options
  readonly #machine: Machine
  #waiting: { readonly limit: Timeout; readonly cancel: () => void } | undefined

  constructor(options: Options) {
    super(options.wire)
    this.#options = options
    this.#machine = options.machine
  }

  /** The mail server speaks first. */
  start(): void {
    this.rest()
  }

  /** There is no STARTTLS here. */
  secured(): void {
    this.close()
  }

  abort(): void {
    this.close()
  }

  protected get reader(): Machine {
    return this.#machine
  }

  protected get isOpen(): boolean {
    return this.#machine.isOpen
  }

  protected perform({ step }: Taken): MaybePromise<void> {
    this.stopWaiting()
    return andThen(step?.() ?? {}, (said) => this.#say(said))
  }

  protected fail(): void {
    this.#say(this.#machine.failed())
  }

  protected logFault(error: string): void {
    this.#log('error', { error }, 'internal error')
  }

  /** Octets that trickle in do not prolong the time for one question. */
  protected startWaiting(): void {
    const limit = this.#machine.isPartial ? 'command_timeout' : 'attach_timeout'
    if (this.#waiting?.limit === limit) return
    this.stopWaiting()
    const { ports, limits } = this.#options
    const cancel = ports.clock.after(limits[limit] * 1000, () =>
      this.#say({ close: true, because: 'it was silent for too long', limit }),
    )
    this.#waiting = { limit, cancel }
  }

  protected stopWaiting(): void {
    this.#waiting?.cancel()
    this.#waiting = undefined
  }

  protected leave(): void {
    this.close()
  }

  protected hurry(): void {
    this.#machine.hurry()
  }

  protected async end(socketClosed: Promise<void>): Promise<void> {
    await this.#machine.end()
    await socketClosed
  }

  #say({ octets, close, because, limit }: Said): void {
    if (this.isClosed) return
    if (octets !== undefined) this.send(octets)
    if (because !== undefined) this.#log('warn', { because, limit }, 'a mail server is not understood')
    if (close) this.close()
  }

  #log(level: 'warn' | 'error', fields: Record<string, string | undefined>, text: string): void {
    const { ports, remote, listener } = this.#options
    ports.log.write(level, { remote_ip: remote.ip, listener, ...fields }, text)
  }
}
