/** A worker: holds sessions of clients that another process has received. Ends when that process does. */
import type { Socket } from 'node:net'
import { loadSettings } from '../../compiler/load-site.ts'
import { systemClock } from '../../ports/system-clock.ts'
import type { ClientPlace } from '../../server/client-count.ts'
import { guardProcess } from '../../server/life/guards.ts'
import type { Loaded } from '../../server/life/loading.ts'
import { sample } from '../../server/life/metrics.ts'
import type { FromWorker, ToWorker } from '../../server/life/worker-messages.ts'
import { Sessions } from '../../server/sessions.ts'
import { EXIT } from '../exit-code.ts'
import { compileEnvironment } from '../wiring.ts'
import { loadForServing } from './load.ts'
import { openRuntime, type Runtime } from './runtime.ts'

/** Milliseconds between two reports. */
const REPORT = 5000

const clock = systemClock()

class Worker {
  readonly #path: string
  readonly #runtime: Runtime
  readonly #sessions: Sessions
  /** Clients that were announced, until it is known whether they have a place; by the key of their connection. */
  readonly #asking = new Map<number, (place: ClientPlace) => void>()
  readonly #keys = new WeakMap<Socket, number>()
  #site: Loaded
  #prepared: Loaded | undefined
  #ending = false

  constructor(path: string, runtime: Runtime, first: Loaded) {
    this.#path = path
    this.#runtime = runtime
    this.#site = first
    runtime.use(first.site)
    const placeFor = (socket: Socket, ip: string) => this.#placeFor(socket, ip)
    this.#sessions = new Sessions({ ...runtime, site: () => this.#site.site, placeFor })
  }

  hear(message: ToWorker, socket: Socket | undefined): void {
    if (message.kind === 'connection') this.#accept(message, socket)
    else if (message.kind === 'place') this.#asking.get(message.key)?.(message)
    else if (message.kind === 'prepare') void this.#prepare(message.round)
    else if (message.kind === 'commit') this.#commit()
    else if (message.kind === 'abandon') this.#prepared = undefined
    else if (message.kind === 'reopen') this.#runtime.reopen()
    else if (message.kind === 'stop') void this.end(message.grace, EXIT.ok)
  }

  report(): void {
    const { connections } = this.#sessions
    const samples = [sample('postern_sessions', connections), ...this.#runtime.metrics.samples()]
    say({ kind: 'report', sessions: connections, samples })
  }

  async end(grace = this.#site.site.limits.shutdown_grace, exitCode: number = EXIT.ok): Promise<void> {
    const over = this.#sessions.end(grace)
    if (this.#ending) return
    this.#ending = true
    await over
    await this.#runtime.close()
    process.exit(exitCode)
  }

  #accept(
    { key, listener, clientSessions }: Extract<ToWorker, { kind: 'connection' }>,
    socket: Socket | undefined,
  ): void {
    if (!socket || socket.destroyed) {
      say({ kind: 'left', key })
      return
    }
    // A client may end its side and still hear the answer.
    socket.allowHalfOpen = true
    this.#keys.set(socket, key)
    socket.once('close', () => say({ kind: 'left', key }))
    this.#sessions.accept(socket, listener, clientSessions)
  }

  #placeFor(socket: Socket, ip: string): Promise<ClientPlace> {
    const key = this.#keys.get(socket)
    if (key === undefined) return Promise.resolve({})
    return new Promise((resolve) => {
      this.#asking.set(key, (place) => {
        this.#asking.delete(key)
        resolve(place)
      })
      say({ kind: 'announced', key, ip })
    })
  }

  async #prepare(round: number): Promise<void> {
    const { result } = await loadForServing(this.#path, 'start', clock)
    if (result.kind === 'refused') say({ kind: 'unprepared', round, problems: result.problems })
    else {
      this.#prepared = result
      say({ kind: 'prepared', round, revision: result.site.program.revision })
    }
  }

  #commit(): void {
    this.#site = this.#prepared ?? this.#site
    this.#runtime.use(this.#site.site)
    this.#prepared = undefined
  }
}

function say(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

async function begin({ path, number, maskKey }: Extract<ToWorker, { kind: 'begin' }>): Promise<Worker> {
  process.title = `postern worker ${number}`
  const settings = (await loadSettings(path, compileEnvironment()))?.settings
  if (!settings) throw new Error(`${path} cannot be read any more`)
  const { result } = await loadForServing(path, 'start', clock)
  const { log } = result.kind === 'loaded' ? result.settings : settings
  const runtime = openRuntime({
    settings: { ...settings, log },
    clock,
    worker: number,
    maskKey: Buffer.from(maskKey, 'base64'),
  })
  if (result.kind === 'refused') {
    for (const { code, at, message } of result.problems) runtime.log.write('error', { code, at }, message)
    await runtime.close()
    process.exit(EXIT.failed)
  }
  const worker = new Worker(path, runtime, result)
  guardProcess(process, {
    log: runtime.log,
    clock,
    count: (origin) => runtime.metrics.count('postern_unhandled_errors_total', { origin }),
    giveUp: () => void worker.end(undefined, EXIT.failed),
  })
  say({ kind: 'ready', revision: result.site.program.revision })
  return worker
}

let worker: Worker | undefined

process.on('message', (message: ToWorker, socket: Socket | undefined) => {
  if (message.kind === 'begin')
    begin(message).then(
      (begun) => (worker = begun),
      (fault: unknown) => {
        console.error(fault)
        process.exit(EXIT.failed)
      },
    )
  else if (worker) worker.hear(message, socket)
  else if (message.kind === 'stop') process.exit(EXIT.ok)
})
// The terminal tells the whole group; the process that supervises says what to do about it.
process.on('SIGHUP', () => undefined)
for (const ending of ['SIGTERM', 'SIGINT', 'disconnect'] as const)
  process.on(ending, () => (worker ? void worker.end() : process.exit(EXIT.ok)))
// Silence means to be stuck.
setInterval(() => (worker ? worker.report() : say({ kind: 'report', sessions: 0, samples: [] })), REPORT)
