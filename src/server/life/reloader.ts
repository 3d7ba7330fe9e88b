/**
 * Reload as a transaction, and its book-keeping: the log says how it ended, the status says since when.
 *
 * One attempt runs at a time; requests that come meanwhile become one more attempt. Whatever goes wrong, what served before
 * goes on serving.
 */
import type { Clock, Log } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import type { Problem } from './loading.ts'

export interface Swapped {
  readonly kind: 'swapped'
  readonly revision: string
  readonly warnings: readonly Problem[]
  /** What only takes effect after a restart. */
  readonly restart: readonly string[]
}

export type Attempt = Swapped | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

export interface ReloadStatus {
  readonly revision: string
  /** When this revision began to serve, in milliseconds since the epoch. */
  readonly since: number
  readonly succeeded: number
  readonly refused: number
  /** Why the last attempt was refused; empty when it was not. */
  readonly problems: readonly Problem[]
}

interface Options {
  readonly attempt: () => Promise<Attempt>
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

/** Of a file of the wrong kind a few lines tell enough. */
const MOST_LOGGED = 20

export class Reloader {
  readonly #options: Options
  #status: ReloadStatus
  #running: Promise<void> | undefined
  #wanted = false

  constructor(revision: string, options: Options) {
    this.#options = options
    this.#status = { revision, since: options.clock.now(), succeeded: 0, refused: 0, problems: [] }
  }

  get status(): ReloadStatus {
    return this.#status
  }

  /** Resolves when an attempt that began after this call has ended. */
  request(): Promise<void> {
    this.#wanted = true
    this.#running ??= this.#work()
    return this.#running
  }

  async #work(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false
      const began = performance.now()
      const attempt = await this.#attempt()
      const took = Math.round(performance.now() - began)
      if (attempt.kind === 'swapped') this.#swapped(attempt, took)
      else this.#refused(attempt.problems, took)
    }
    this.#running = undefined
  }

  async #attempt(): Promise<Attempt> {
    try {
      return await this.#options.attempt()
    } catch (fault) {
      const message = reasonOf(fault)
      return { kind: 'refused', problems: [{ code: 'files', at: '', message }] }
    }
  }

  #swapped({ revision, restart, warnings }: Swapped, took: number): void {
    const { log, clock } = this.#options
    const before = this.#status
    this.#status = {
      revision,
      since: clock.now(),
      succeeded: before.succeeded + 1,
      refused: before.refused,
      problems: [],
    }
    this.#tell('warn', warnings)
    log.write('info', { revision, before: before.revision, took_ms: took }, 'the site was loaded again')
    if (restart.length > 0)
      log.write('warn', { changed: restart.join(', ') }, 'a restart is needed before these changes take effect')
  }

  #refused(problems: readonly Problem[], took: number): void {
    const { log } = this.#options
    this.#status = { ...this.#status, refused: this.#status.refused + 1, problems }
    this.#tell('error', problems)
    log.write(
      'error',
      { revision: this.#status.revision, problems: problems.length, took_ms: took },
      'the reload was refused; the rules of before go on',
    )
  }

  #tell(level: 'warn' | 'error', problems: readonly Problem[]): void {
    for (const { code, at, message } of problems.slice(0, MOST_LOGGED))
      this.#options.log.write(level, { code, at }, message)
  }
}
