/**
 * Serves with several processes. This one listens, counts clients, hands them on, and keeps the others alive; it reads rules
 * only to check them before it asks the others to.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Limits } from '../../core/limits.ts'
import { reasonOf } from '../../core/reason.ts'
import type { Service as ListenerService } from '../../core/service.ts'
import { labelled, type Sample } from '../../server/life/metrics.ts'
import { type Loaded, type Outline, outlineOf, type Problem, restartNeeded } from '../../server/life/loading.ts'
import { Reception } from '../../server/life/reception.ts'
import type { Attempt } from '../../server/life/reloader.ts'
import type { FileMarks } from '../../server/life/steady-read.ts'
import { WorkerPool } from '../../server/life/worker-pool.ts'
import { clientAt, countedAs } from '../../server/visitor.ts'
import { CommandError } from '../exit-code.ts'
import { EXTENSION } from '../wiring.ts'
import type { Daemon } from './daemon.ts'
import { loadForServing } from './load.ts'
import type { Runtime } from './runtime.ts'
import type { Service } from './service.ts'
import { workersOf } from './workers.ts'

const WORKER = fileURLToPath(new URL(`./worker-main${EXTENSION}`, import.meta.url))
/** How often workers may read something else than was checked, because somebody writes. */
const ATTEMPTS = 3

const STILL_CHANGING: Problem = {
  code: 'files',
  at: '',
  message: 'the files of the site changed again and again while the workers read them',
}

/** Throws a CommandError when the workers cannot serve. */
export async function supervise(daemon: Daemon, runtime: Runtime, first: Loaded, maskKey: Buffer): Promise<Service> {
  const crew = new Crew(daemon, runtime, first, maskKey)
  await crew.start()
  return crew
}

/** Of the sites it has checked only the outline stays here. */
class Crew implements Service {
  readonly revision: string
  readonly #daemon: Daemon
  readonly #runtime: Runtime
  readonly #start: Outline
  readonly #reception: Reception
  readonly #pool: WorkerPool
  #limits: Limits
  /** By listener. */
  #inBetween: ReadonlyMap<string, InBetween>
  #marks: FileMarks

  constructor(daemon: Daemon, runtime: Runtime, first: Loaded, maskKey: Buffer) {
    const { path, clock, settings, door } = daemon
    const { log, metrics } = runtime
    this.#daemon = daemon
    this.#runtime = runtime
    this.#start = outlineOf(first)
    this.revision = this.#start.revision
    this.#limits = first.site.limits
    this.#inBetween = inBetweenOf(first)
    this.#marks = first.marks
    this.#reception = new Reception({
      receivers: () => this.#pool.ready(),
      limits: () => this.#limits,
      homes: new Map(door.addresses.flatMap((one) => (one.path === undefined ? [] : [[one.name, one.address]]))),
      clientOf: (listener, ip) => clientOf(this.#inBetween.get(listener), ip),
      isAttached: (listener) => this.#inBetween.get(listener)?.position !== undefined,
      log,
    })
    this.#pool = new WorkerPool({
      count: workersOf(settings),
      spawn: () => fork(WORKER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
      begin: (number) => ({ kind: 'begin', path, number, maskKey: maskKey.toString('base64') }),
      clock,
      log,
      metrics,
      left: (key) => this.#reception.left(key),
      announced: (key, ip) => this.#reception.announced(key, ip),
      gone: (worker) => this.#reception.gone(worker),
    })
  }

  async start(): Promise<void> {
    try {
      await this.#pool.start(this.revision)
    } catch (fault) {
      await this.#pool.stop(0)
      throw new CommandError(reasonOf(fault))
    }
  }

  readonly open = (): void => this.#daemon.door.open((socket, listener) => this.#reception.receive(socket, listener))

  readonly sessions = (): number => this.#reception.connections

  readonly processes = (): number => this.#pool.ready().length

  readonly samples = (): readonly Sample[] => [
    ...labelled(this.#runtime.metrics.samples(), { worker: '0' }),
    ...this.#pool.samples(),
  ]

  readonly marks = (): FileMarks => this.#marks

  readonly grace = (): number => this.#limits.shutdown_grace

  readonly reopen = (): void => {
    this.#runtime.reopen()
    this.#pool.tell({ kind: 'reopen' })
  }

  readonly close = (grace: number): Promise<void> => {
    this.#daemon.door.stop()
    return this.#pool.stop(grace)
  }

  readonly reload = async (): Promise<Attempt> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const { result } = await loadForServing(this.#daemon.path, 'reload', this.#daemon.clock)
      this.#marks = result.marks
      if (result.kind === 'refused') return result
      const agreement = await this.#pool.bringTo(result.site.program.revision)
      if (agreement.kind === 'refused') return agreement
      if (agreement.kind === 'agreed') return this.#changed(result)
    }
    return { kind: 'refused', problems: [STILL_CHANGING] }
  }

  #changed(result: Loaded): Attempt {
    this.#limits = result.site.limits
    this.#inBetween = inBetweenOf(result)
    const outline = outlineOf(result)
    const { warnings } = result
    return { kind: 'swapped', revision: outline.revision, warnings, restart: restartNeeded(this.#start, outline) }
  }
}

/** Who stands between a listener and its clients. */
type InBetween = Pick<ListenerService, 'proxies' | 'nat64' | 'position'>

function inBetweenOf({ site: { services = new Map() } }: Loaded): ReadonlyMap<string, InBetween> {
  return new Map(
    [...services].map(([listener, { proxies, nat64, position }]) => [listener, { proxies, nat64, position }]),
  )
}

function clientOf(between: InBetween | undefined, ip: string): string | undefined {
  if (!between) return ip
  return between.proxies?.find(ip) ? undefined : countedAs(between, clientAt(between, ip))
}
