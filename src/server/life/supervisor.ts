/**
 * Tells systemd how we are (sd_notify(3)): ready, reloading, stopping, alive.
 *
 * The messages are datagrams to a Unix socket, which Node cannot send. `systemd-notify`, which comes with systemd, sends
 * them; the unit needs `NotifyAccess=all`. Without a supervisor nothing is sent, and a message that cannot be sent is no
 * reason to stop serving.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Clock, Log } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'

export interface Supervisor {
  ready(status: string): void
  /** To be followed by `ready`, whether the reload succeeded or not. */
  reloading(): void
  stopping(): void
  /** Resolves when everything was sent. Nothing is sent afterwards. */
  close(): Promise<void>
}

export interface SupervisorOptions {
  /** NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly pid: number
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
  /** Sends one message of several assignments. */
  readonly send?: (assignments: readonly string[], socket: string) => Promise<void>
}

/** Variables that speak of us alone; no child may believe them. */
export const SUPERVISOR_VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const

const PATIENCE = 5000

export function openSupervisor(options: SupervisorOptions): Supervisor {
  const socket = options.environment['NOTIFY_SOCKET']
  return socket === undefined || socket === '' ? NOBODY : new Systemd(socket, options)
}

const NOBODY: Supervisor = {
  ready: () => undefined,
  reloading: () => undefined,
  stopping: () => undefined,
  close: () => Promise.resolve(),
}

class Systemd implements Supervisor {
  readonly #socket: string
  readonly #options: SupervisorOptions
  readonly #send: NonNullable<SupervisorOptions['send']>
  #sent: Promise<void> = Promise.resolve()
  #failed = false
  #closed = false
  #cancel: () => void = () => undefined

  constructor(socket: string, options: SupervisorOptions) {
    this.#socket = socket
    this.#options = options
    this.#send = options.send ?? systemdNotify
    const every = watchdogInterval(options)
    if (every !== undefined) this.#beat(every)
  }

  ready(status: string): void {
    this.#tell('READY=1', `STATUS=${status}`)
  }

  reloading(): void {
    const now = process.hrtime.bigint() / 1000n
    this.#tell('RELOADING=1', `MONOTONIC_USEC=${now}`)
  }

  stopping(): void {
    this.#tell('STOPPING=1', 'STATUS=Waiting for open transactions')
  }

  close(): Promise<void> {
    this.#closed = true
    this.#cancel()
    return this.#sent
  }

  #beat(every: number): void {
    this.#cancel = this.#options.clock.after(every, () => {
      this.#tell('WATCHDOG=1')
      this.#beat(every)
    })
  }

  /** One after the other: READY must not overtake RELOADING. */
  #tell(...assignments: readonly string[]): void {
    if (this.#closed) return
    this.#sent = this.#sent
      .then(() => this.#send(assignments, this.#socket))
      .catch((fault: unknown) => this.#complain(fault))
  }

  #complain(fault: unknown): void {
    if (this.#failed) return
    this.#failed = true
    const because = reasonOf(fault)
    this.#options.log.write('warn', { because }, 'systemd cannot be told how we are')
  }
}

/** Twice as often as asked, in milliseconds. */
function watchdogInterval({ environment, pid }: SupervisorOptions): number | undefined {
  const microseconds = Number(environment['WATCHDOG_USEC'])
  const forUs = (environment['WATCHDOG_PID'] ?? String(pid)) === String(pid)
  return forUs && microseconds > 0 ? Math.max(1, Math.floor(microseconds / 2000)) : undefined
}

async function systemdNotify(assignments: readonly string[], socket: string): Promise<void> {
  const options = { env: { ...process.env, NOTIFY_SOCKET: socket }, timeout: PATIENCE }
  await promisify(execFile)('systemd-notify', ['--', ...assignments], options)
}
