/**
 * The workers of a daemon: started, restarted with growing pauses, brought to the same rules, ended in order.
 *
 * A worker that was started after files have changed holds other rules than its neighbours. It waits for the next reload,
 * unless nobody else is left: half of the clients must not meet rules that nobody asked for.
 */
import type { Clock, Log } from '../../core/ports.ts'
import type { ClientPlace } from '../client-count.ts'
import { type Agreement, agree } from './agreement.ts'
import { labelled, type Metrics, type Sample, sample } from './metrics.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'
import { type Child, WorkerProcess } from './worker-process.ts'

export interface PoolOptions {
  readonly count: number
  readonly spawn: () => Child
  readonly begin: (number: number) => ToWorker
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly left: (key: number) => void
  readonly announced: (key: number, ip: string) => ClientPlace
  readonly gone: (worker: WorkerProcess) => void
}

/** Milliseconds before a worker that ended is started again: doubled each time, forgotten when one lives long enough. */
const PAUSE = { first: 100, longest: 30_000, forgotten: 60_000 } as const
/** Milliseconds beyond the grace until workers are ended by force. */
const MERCY = 10_000

export class WorkerPool {
  readonly #options: PoolOptions
  readonly #workers = new Map<number, WorkerProcess>()
  readonly #failures = new Map<number, number>()
  readonly #listeners = new Set<(worker: WorkerProcess, message: FromWorker | { readonly kind: 'ended' }) => void>()
  #revision: string | undefined
  #stopping = false
  #rounds = 0

  constructor(options: PoolOptions) {
    this.#options = options
    options.metrics.watch(() => [sample('postern_workers', this.ready().length)])
  }

  /** Resolves when all can serve with these rules; rejects with a plain sentence when one of them cannot. */
  async start(revision: string): Promise<void> {
    const numbers = Array.from({ length: this.#options.count }, (_, index) => index + 1)
    const revisions = await Promise.all(numbers.map((number) => this.#firstWord(number)))
    if (revisions.some((one) => one !== revision))
      throw new Error('The files of the site changed while the workers started')
    this.#revision = revision
  }

  /** Those that serve. */
  ready(): readonly WorkerProcess[] {
    const wanted = this.#stopping ? undefined : this.#revision
    return [...this.#workers.values()].filter(({ revision }) => revision !== undefined && revision === wanted)
  }

  samples(): readonly Sample[] {
    return [...this.#workers.values()].flatMap(({ samples, number }) => labelled(samples, { worker: String(number) }))
  }

  tell(message: ToWorker): void {
    for (const worker of this.#workers.values()) worker.tell(message)
  }

  /** All of them load the site, and serve it when all could and it is that revision. */
  async bringTo(revision: string): Promise<Agreement> {
    const members = [...this.#workers.values()].filter((worker) => worker.revision !== undefined)
    const round = (this.#rounds += 1)
    const agreement = await agree({ members, round, revision, listen: (hear) => this.#hear(hear) })
    for (const worker of members) worker.tell({ kind: agreement.kind === 'agreed' ? 'commit' : 'abandon', round })
    if (agreement.kind === 'agreed') {
      this.#revision = revision
      for (const worker of members) worker.revision = revision
    }
    return agreement
  }

  /** Resolves when all have ended. A second call can shorten the grace. */
  async stop(grace: number): Promise<void> {
    this.#stopping = true
    this.tell({ kind: 'stop', grace })
    const cancel = this.#options.clock.after(grace * 1000 + MERCY, () => {
      for (const worker of this.#workers.values()) worker.kill()
    })
    while (this.#workers.size > 0) await this.#next()
    cancel()
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#hear((_worker, { kind }) => {
        if (kind !== 'ended') return
        stop()
        resolve()
      })
    })
  }

  #hear(listener: (worker: WorkerProcess, message: FromWorker | { readonly kind: 'ended' }) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #firstWord(number: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const stop = this.#hear((worker, message) => {
        if (worker.number !== number || (message.kind !== 'ready' && message.kind !== 'ended')) return
        stop()
        if (message.kind === 'ready') resolve(message.revision)
        else reject(new Error(`Worker ${number} ended before it was ready; the log says why`))
      })
      this.#start(number)
    })
  }

  #start(number: number): void {
    const { spawn, begin, clock, log, metrics } = this.#options
    metrics.count('postern_worker_starts_total')
    const worker: WorkerProcess = new WorkerProcess(number, spawn(), clock, {
      message: (message) => this.#heard(worker, message),
      ended: (how) => this.#ended(worker, how),
      stuck: () => {
        log.write('error', { worker: number }, 'a worker has not been heard of for a minute; it is ended')
        worker.kill()
      },
    })
    this.#workers.set(number, worker)
    worker.tell(begin(number))
  }

  #heard(worker: WorkerProcess, message: FromWorker): void {
    if (message.kind === 'left') this.#options.left(message.key)
    if (message.kind === 'announced') {
      const { key, ip } = message
      worker.tell({ kind: 'place', key, ...this.#options.announced(key, ip) })
    }
    if (message.kind === 'ready') this.#isReady(worker, message.revision)
    for (const listener of this.#listeners) listener(worker, message)
  }

  #isReady(worker: WorkerProcess, revision: string): void {
    worker.revision = revision
    const { clock, log } = this.#options
    clock.after(PAUSE.forgotten, () => {
      if (this.#workers.get(worker.number) === worker) this.#failures.delete(worker.number)
    })
    if (this.#revision === undefined || revision === this.#revision) return
    const changed = { worker: worker.number, revision, others: this.#revision }
    log.write('warn', changed, 'a new worker has read other files than its neighbours; it waits for a reload')
    if (this.ready().length === 0) this.#revision = revision
  }

  #ended(worker: WorkerProcess, how: string): void {
    const { number } = worker
    this.#workers.delete(number)
    this.#options.gone(worker)
    for (const listener of this.#listeners) listener(worker, { kind: 'ended' })
    if (this.#stopping) return
    const failures = (this.#failures.get(number) ?? 0) + 1
    this.#failures.set(number, failures)
    const pause = Math.min(PAUSE.longest, PAUSE.first * 2 ** (failures - 1))
    this.#options.log.write('error', { worker: number, how, restart_in_ms: pause }, 'a worker ended')
    this.#options.clock.after(pause, () => this.#restart(number))
    this.#promote()
  }

  #restart(number: number): void {
    if (!this.#stopping && !this.#workers.has(number)) this.#start(number)
  }

  /** When the last one with the old rules has gone, those who wait serve with theirs. */
  #promote(): void {
    if (this.ready().length > 0) return
    const waiting = [...this.#workers.values()].find(({ revision }) => revision !== undefined)
    if (waiting) this.#revision = waiting.revision
  }
}
