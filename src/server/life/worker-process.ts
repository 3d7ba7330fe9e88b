/** One worker as the supervising process sees it: alive or not, ready or not, and when it was last heard of. */
import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Clock } from '../../core/ports.ts'
import type { Sample } from './metrics.ts'
import type { Receiver } from './reception.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** A child process with a channel; `ChildProcess` is one. Emits `message`, `error` and `exit`. */
export interface Child extends EventEmitter {
  readonly connected: boolean
  send(message: ToWorker, handle: Socket | undefined, callback: (fault: Error | null) => void): boolean
  kill(signal: 'SIGKILL'): boolean
}

export interface WorkerEvents {
  readonly message: (message: FromWorker) => void
  /** `how` is an exit code or a signal. */
  readonly ended: (how: string) => void
  /** It has not been heard of for too long. */
  readonly stuck: () => void
}

/** Workers report every few seconds. In milliseconds. */
const SILENCE = 60_000

export class WorkerProcess implements Receiver {
  readonly number: number
  /** The rules it serves with, or would. */
  revision: string | undefined
  sessions = 0
  samples: readonly Sample[] = []
  readonly #child: Child
  readonly #clock: Pick<Clock, 'after'>
  readonly #events: WorkerEvents
  #cancel: () => void = () => undefined
  #ended = false

  constructor(number: number, child: Child, clock: Pick<Clock, 'after'>, events: WorkerEvents) {
    this.number = number
    this.#child = child
    this.#clock = clock
    this.#events = events
    child.on('message', (message: FromWorker) => this.#hear(message))
    // A process that could not be started has no exit.
    child.on('error', () => this.#end('could not be started'))
    child.on('exit', (code: number | null, signal: string | null) => this.#end(signal ?? `exit code ${code ?? 0}`))
    this.#listen()
  }

  tell(message: ToWorker): void {
    if (!this.#ended && this.#child.connected) this.#child.send(message, undefined, ignore)
  }

  hand(message: ToWorker, socket: Socket, failed: () => void): void {
    if (this.#ended || !this.#child.connected) failed()
    else this.#child.send(message, socket, (fault) => fault && failed())
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #hear(message: FromWorker): void {
    this.#listen()
    if (message.kind === 'report') [this.sessions, this.samples] = [message.sessions, message.samples]
    this.#events.message(message)
  }

  #listen(): void {
    this.#cancel()
    if (!this.#ended) this.#cancel = this.#clock.after(SILENCE, this.#events.stuck)
  }

  #end(how: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#cancel()
    this.#events.ended(how)
  }
}

function ignore(): void {}
