/**
 * A connection of a mail server that asks us: octets in, answers out, one step after the other.
 *
 * Has no socket of its own: `Wire` and `Clock` are given. What goes wrong inside ends this connection's session with the
 * answer its protocol has for that, which is never yes.
 */
import type { LimitName } from '../core/limits.ts'
import { isPromise, type MaybePromise, andThen } from '../core/truth.ts'
import type { Attachment } from '../server/attachment.ts'
import type { Conversation } from '../server/conversation.ts'
import { InputQueue } from '../smtp/input-queue.ts'
import type { Machine, Said, Taken } from './said.ts'

type Options = Pick<Attachment, 'wire' | 'ports' | 'limits' | 'remote' | 'listener'> & { readonly machine: Machine }

/** Steps before other connections have their turn. */
const TURN = 64

type Timeout = LimitName & ('command_timeout' | 'attach_timeout')

export class AttachedSession implements Conversation {
  readonly #options: Options
  readonly #machine: Machine
  readonly #input = new InputQueue()
  readonly #socketClosed = Promise.withResolvers<void>()
  readonly #over = Promise.withResolvers<void>()
  #closed = false
  #stopping = false
  #inputEnded = false
  /** A step is running. */
  #busy = false
  #yielded = false
  /** The mail server does not read what it is told. */
  #blocked = false
  #flowing = true
  #waiting: { readonly limit: Timeout; readonly cancel: () => void } | undefined

  constructor(options: Options) {
    this.#options = options
    this.#machine = options.machine
  }

  get over(): Promise<void> {
    return this.#over.promise
  }

  /** The mail server speaks first. */
  start(): void {
    this.#rest()
  }

  receive(octets: Buffer): void {
    if (this.#closed) return
    this.#input.push(octets)
    this.#work()
  }

  endInput(): void {
    this.#inputEnded = true
    this.#rest()
  }

  drained(): void {
    this.#blocked = false
    this.#work()
  }

  /** There is no STARTTLS here. */
  secured(): void {
    this.#close()
  }

  stop(): void {
    this.#stopping = true
    this.#rest()
  }

  abort(): void {
    this.#close()
  }

  gone(): void {
    this.#close()
    this.#socketClosed.resolve()
  }

  #isFree(): boolean {
    return !this.#closed && !this.#busy && !this.#yielded && !this.#blocked
  }

  #work(): void {
    for (let steps = 1; this.#isFree() && !this.#input.isEmpty; steps += 1) {
      const taken = this.#input.take(this.#machine)
      if (taken) this.#perform(taken)
      if (steps === TURN) this.#yield()
    }
    this.#rest()
  }

  #yield(): void {
    this.#yielded = true
    this.#options.wire.later(() => {
      this.#yielded = false
      this.#work()
    })
  }

  #perform({ step }: Taken): void {
    this.#stopWaiting()
    try {
      const done: MaybePromise<void> = andThen(step?.() ?? {}, (said) => this.#say(said))
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

  #fail(fault: unknown): void {
    const error = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
    this.#log('error', { error }, 'internal error')
    this.#say(this.#machine.failed())
  }

  #say({ octets, close, because, limit }: Said): void {
    if (this.#closed) return
    if (octets !== undefined) this.#blocked = !this.#options.wire.send(octets)
    if (because !== undefined) this.#log('warn', { because, limit }, 'a mail server is not understood')
    if (close) this.#close()
  }

  #log(level: 'warn' | 'error', fields: Record<string, string | undefined>, text: string): void {
    const { ports, remote, listener } = this.#options
    ports.log.write(level, { remote_ip: remote.ip, listener, ...fields }, text)
  }

  /** When there is nothing to do for now. */
  #rest(): void {
    if (this.#closed) return
    if (this.#flowing !== this.#input.isEmpty) {
      this.#flowing = this.#input.isEmpty
      this.#options.wire.flow(this.#flowing)
    }
    if (this.#busy || this.#yielded) return
    if (this.#stopping && !this.#machine.isOpen) this.#close()
    else if (this.#inputEnded && this.#input.isEmpty) this.#close()
    else this.#wait(this.#machine.isPartial ? 'command_timeout' : 'attach_timeout')
  }

  /** Octets that trickle in do not prolong the time for one question. */
  #wait(limit: Timeout): void {
    if (this.#waiting?.limit === limit) return
    this.#stopWaiting()
    const { ports, limits } = this.#options
    const cancel = ports.clock.after(limits[limit] * 1000, () =>
      this.#say({ close: true, because: 'it was silent for too long', limit }),
    )
    this.#waiting = { limit, cancel }
  }

  #stopWaiting(): void {
    this.#waiting?.cancel()
    this.#waiting = undefined
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopWaiting()
    this.#input.clear()
    this.#options.wire.close()
    this.#machine.hurry()
    if (!this.#busy) void this.#tearDown()
  }

  async #tearDown(): Promise<void> {
    try {
      await this.#machine.end()
      await this.#socketClosed.promise
    } catch (fault) {
      this.#log('error', { error: String(fault) }, 'internal error')
    }
    this.#over.resolve()
  }
}
