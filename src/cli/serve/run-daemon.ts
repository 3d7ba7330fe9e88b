/** The life of a daemon, from the first port to the last reply. */
import type { SiteSettings } from '../../compiler/load-site.ts'
import { reasonOf } from '../../core/reason.ts'
import { guardProcess } from '../../server/life/guards.ts'
import { type HealthServer, startHealth } from '../../server/life/health.ts'
import { type Sample, sample } from '../../server/life/metrics.ts'
import { Reloader } from '../../server/life/reloader.ts'
import { watchFiles } from '../../server/life/watch.ts'
import { versionText } from '../commands/version.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import type { Terminal } from '../terminal.ts'
import { serveAlone } from './alone.ts'
import { type Daemon, loadFirst, openDaemon } from './daemon.ts'
import { maskKeyOf, openRuntime, type Runtime } from './runtime.ts'
import type { Service } from './service.ts'
import { supervise } from './supervise.ts'
import { workersOf } from './workers.ts'
import { listenForSignals, type Signals } from './signals.ts'

/** Resolves with the exit code when it has been told to end and all sessions are over. */
export async function runDaemon(path: string, terminal: Terminal): Promise<number> {
  const signals = listenForSignals()
  const daemon = await openDaemon(path, terminal)
  const { settings, clock, log, door, supervisor } = daemon
  try {
    const maskKey = maskKeyOf(settings)
    const isAlone = workersOf(settings) === 1
    const first = await loadFirst(daemon)
    // Plugins bring places of the log.
    const known = { ...settings, log: first.settings.log }
    const runtime = openRuntime({ settings: isAlone ? known : withoutDecisions(known), clock, maskKey })
    log.open(runtime.log)
    const service = isAlone ? serveAlone(daemon, runtime, first) : await supervise(daemon, runtime, first, maskKey)
    return await live(daemon, runtime, service, signals)
  } finally {
    door.stop()
    await supervisor.close()
  }
}

/** Sessions are with the workers, and so is the record of what they decide. */
function withoutDecisions(settings: SiteSettings): SiteSettings {
  return { ...settings, life: { ...settings.life, decisions: undefined } }
}

async function live(daemon: Daemon, runtime: Runtime, service: Service, signals: Signals): Promise<number> {
  const { door, supervisor, terminal, clock } = daemon
  const free = guardProcess(process, {
    log: runtime.log,
    clock,
    count: (origin) => runtime.metrics.count('postern_unhandled_errors_total', { origin }),
    giveUp: () => signals.end(EXIT.failed),
  })
  const life = new Life(daemon, runtime, service)
  await life.begin()
  for (const { name, address, port, path } of door.addresses)
    terminal.talk(`${name} listens on ${path ?? `${address}:${port}`}`)
  signals.onReload(() => life.reload())
  const exitCode = await signals.ended
  supervisor.stopping()
  signals.onHurry(() => void service.close(0))
  await life.end()
  free()
  return exitCode
}

/** What goes on around the service while it serves. */
class Life {
  readonly #daemon: Daemon
  readonly #runtime: Runtime
  readonly #service: Service
  readonly #reloader: Reloader
  #state: 'starting' | 'serving' | 'stopping' = 'starting'
  #health: HealthServer | undefined
  #stopWatching = (): void => undefined

  constructor(daemon: Daemon, runtime: Runtime, service: Service) {
    this.#daemon = daemon
    this.#runtime = runtime
    this.#service = service
    const { clock } = daemon
    this.#reloader = new Reloader(service.revision, { attempt: service.reload, clock, log: runtime.log })
  }

  async begin(): Promise<void> {
    const { settings, clock } = this.#daemon
    await this.#startHealth()
    if (settings.life.watch)
      this.#stopWatching = watchFiles({ clock, marks: this.#service.marks, changed: () => this.reload() })
    this.#service.open()
    this.#state = 'serving'
    this.#sayReady()
  }

  reload(): void {
    this.#daemon.supervisor.reloading()
    this.#service.reopen()
    void this.#reloader.request().then(() => this.#sayReady())
  }

  async end(): Promise<void> {
    this.#state = 'stopping'
    this.#stopWatching()
    await this.#service.close(this.#service.grace())
    this.#health?.close()
    await this.#runtime.close()
  }

  #sayReady(): void {
    const { problems, revision } = this.#reloader.status
    const how = problems.length === 0 ? '' : '; the last reload was refused'
    if (this.#state === 'serving') this.#daemon.supervisor.ready(`Serving with rules ${revision}${how}`)
  }

  async #startHealth(): Promise<void> {
    const { health } = this.#daemon.settings.life
    if (!health) return
    const pages = { health: () => this.#healthNow(), samples: () => this.#samples() }
    this.#health = await startHealth(health, pages).catch((fault: unknown) => {
      throw new CommandError(reasonOf(fault))
    })
    this.#daemon.terminal.talk(`health page on ${health.address}:${this.#health.port}`)
  }

  #healthNow() {
    const { revision, since, problems } = this.#reloader.status
    const state = this.#state === 'serving' && this.#service.processes() === 0 ? 'starting' : this.#state
    return { state, revision, since, sessions: this.#service.sessions(), problems }
  }

  #samples(): readonly Sample[] {
    const { revision, since, succeeded, refused, problems } = this.#reloader.status
    return [
      sample('postern_info', 1, { version: versionText(), revision }),
      sample('postern_reloads_total', succeeded, { result: 'ok' }),
      sample('postern_reloads_total', refused, { result: 'refused' }),
      sample('postern_reload_last_ok', problems.length === 0 ? 1 : 0),
      sample('postern_reload_last_success_timestamp_seconds', Math.floor(since / 1000)),
      ...this.#service.samples(),
    ]
  }
}
