/**
 * A session as a loop: octets in, steps strictly one after the other, and an end in order.
 *
 * What SMTP and the protocols of mail servers that ask us (src/attach) share; each says what a step is. Has no socket and
 * starts no timer: `Wire` is given. What arrives while a step runs waits, and the other side is told to. Whatever a step
 * throws is this session's matter and no other's.
 */
import { stackOf } from '../core/reason.ts'
import { isPromise, type MaybePromise } from '../core/truth.ts'
import { InputQueue, type Reader, type Reading } from './input-queue.ts'
import type { Wire } from './wire.ts'

/** Steps before other sessions have their turn. */
const TURN = 64

export abstract class StepwiseSession<Taken extends Reading<unknown>> {
  readonly #wire: Wire
  readonly #input = new InputQueue()
  readonly #socketClosed = Promise.withResolvers<void>()
  readonly #over = Promise.withResolvers<void>()
  #closed = false
  #stopping = false
  #inputEnded = false
  /** A step is running. */
  #busy = false
  /** Others have their turn. */
  #yielded = false
  /** The other side does not read what it is told. */
  #blocked = false
  #flowing = true

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /** How what comes next is read. */
  protected abstract get reader(): Reader<Taken>
  /** Something is under way that `stop` does not cut short. */
  protected abstract get isOpen(): boolean
  protected abstract perform(taken: Taken): MaybePromise<void>
  /** A step has thrown. */
  protected abstract fail(): void
  protected abstract logFault(error: string): void
  /** It is the other side's turn, which has its time. Called again and again until `stopWaiting`. */
  protected abstract startWaiting(): void
  protected abstract stopWaiting(): void
  /** The server stops, and nothing is open. */
  protected abstract leave(): void
  /** From now on no answer counts, and nobody waits for a delay. */
  protected abstract hurry(): void
  /** Last hooks run, before and after the socket is closed. Called once, after `hurry` and the last step. */
  protected abstract end(socketClosed: Promise<void>): Promise<void>

  /** Octets that come in are not the reader's, and nothing may be said. */
  protected get isPaused(): boolean {
    return false
  }

  /** Sends what was kept back until there is nothing to do. */
  protected flush(): void {}

  /** Settles when the socket is closed and the last hook has run. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  receive(octets: Buffer): void {
    if (this.#closed) return
    this.#input.push(octets)
    this.work()
  }

  /** The other side will send no more. What it has sent is still answered. */
  endInput(): void {
    this.#inputEnded = true
    this.rest()
  }

  /** The other side has read what it was told. */
  drained(): void {
    this.#blocked = false
    this.work()
  }

  /** Ends the session as soon as nothing is open. */
  stop(): void {
    this.#stopping = true
    this.rest()
  }

  /** The socket is closed, whoever closed it. */
  gone(): void {
    this.close()
    this.#socketClosed.resolve()
  }

  protected get isClosed(): boolean {
    return this.#closed
  }

  protected get holdsInput(): boolean {
    return !this.#input.isEmpty || (this.#wire.holdsInput?.() ?? false)
  }

  protected work(): void {
    for (let steps = 1; this.#isFree() && !this.#input.isEmpty; steps += 1) {
      const taken = this.#input.take(this.reader)
      if (taken) this.run(taken)
      if (steps === TURN) this.#yield()
    }
    this.rest()
  }

  protected run(taken: Taken): void {
    try {
      const done = this.perform(taken)
      if (isPromise(done)) void this.#follow(done)
    } catch (fault) {
      this.#failed(fault)
    }
  }

  /** When there is nothing to do for now. */
  protected rest(): void {
    if (this.#closed || this.isPaused) return
    this.flush()
    if (this.#flowing !== this.#input.isEmpty) this.flow(this.#input.isEmpty)
    if (this.#busy || this.#yielded) return
    if (this.#stopping && !this.isOpen) this.leave()
    else if (this.#inputEnded && this.#input.isEmpty) this.close()
    else this.startWaiting()
  }

  protected flow(open: boolean): void {
    this.#flowing = open
    this.#wire.flow(open)
  }

  protected send(octets: string): void {
    this.#blocked = !this.#wire.send(octets)
  }

  /** The wire begins anew: nothing waits to be read, and it flows. */
  protected startTls(): void {
    this.#blocked = false
    this.#flowing = true
    this.#wire.startTls?.()
  }

  protected close(): void {
    if (this.#closed) return
    this.#closed = true
    this.stopWaiting()
    this.#input.clear()
    this.flush()
    this.#wire.close()
    this.hurry()
    if (!this.#busy) void this.#tearDown()
  }

  #isFree(): boolean {
    return !this.#closed && !this.isPaused && !this.#busy && !this.#yielded && !this.#blocked
  }

  #yield(): void {
    this.#yielded = true
    this.#wire.later(() => {
      this.#yielded = false
      this.work()
    })
  }

  async #follow(step: Promise<void>): Promise<void> {
    this.#busy = true
    try {
      await step
    } catch (fault) {
      this.#failed(fault)
    }
    this.#busy = false
    if (this.#closed) void this.#tearDown()
    else this.work()
  }

  #failed(fault: unknown): void {
    this.logFault(stackOf(fault))
    this.fail()
  }

  async #tearDown(): Promise<void> {
    try {
      await this.end(this.#socketClosed.promise)
    } catch (fault) {
      this.logFault(String(fault))
    }
    this.#over.resolve()
  }
}
