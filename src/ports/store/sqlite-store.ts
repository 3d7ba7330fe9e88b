/**
 * A store in one SQLite file (node:sqlite): for all processes of a machine, and for the next start.
 *
 * Written ahead (WAL), so that whatever ends the process leaves a file that opens without help; the last moments before a
 * power failure may be lost. Every statement is one step of microseconds. A file that somebody has locked is tried again
 * until the time is over, with pauses, since waiting inside SQLite would stop the server.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Log, Store, StoreAnswer } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import { isDamage, MOST_PAGES, openChecked, sqliteCode } from './sqlite-file.ts'

export interface SqliteStoreOptions {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds for one question. */
  readonly timeout: number
  /** Of 4 KiB each; `MOST_PAGES` without it. */
  readonly mostPages?: number
}

const LIVE = 'since <= ?2 AND until > ?2'
const PUT = `INSERT INTO entries (key, since, until, value) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (key) DO UPDATE SET
    value = CASE WHEN ${LIVE} THEN value ELSE ?4 END,
    until = CASE WHEN ${LIVE} THEN until ELSE ?3 END,
    since = CASE WHEN ${LIVE} THEN since ELSE ?2 END
  RETURNING value`
const ADD = `INSERT INTO entries (key, since, until, value) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (key) DO UPDATE SET
    value = CASE WHEN ${LIVE} THEN CAST(value AS INTEGER) + ?4 ELSE ?4 END,
    until = CASE WHEN ${LIVE} THEN until ELSE ?3 END,
    since = CASE WHEN ${LIVE} THEN since ELSE ?2 END
  RETURNING value`
const GET = `SELECT value FROM entries WHERE key = ?1 AND ${LIVE}`
/** A few at a time: nobody waits for it. */
const SWEPT = 1000
const SWEEP = `DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE until <= ?1 LIMIT ${SWEPT})`
/**
 * Milliseconds: between two sweeps, between two where the first one left some, between two attempts at a locked file, and
 * before a file is opened again. Clients choose how many keys there are, so what is over has to go faster than they come.
 */
const [SWEEP_PAUSE, NEXT_SWEEP, LOCK_PAUSE, REOPEN_PAUSE] = [60_000, 20, 5, 5000]

export class SqliteStore implements Store {
  readonly #options: SqliteStoreOptions
  #database: DatabaseSync | undefined
  #fault = 'it is not open'
  #triedAt = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | undefined
  #isClosed = false

  /** Opens the file, and says so in the log when that is not possible; later questions try again. */
  constructor(options: SqliteStoreOptions) {
    this.#options = options
    this.#reopen()
    this.#sweepAfter(SWEEP_PAUSE)
  }

  get(key: string): Promise<StoreAnswer<string | undefined>> {
    return this.#ask((database, now) => {
      const row = database.prepare(GET).get(key, now)
      return row === undefined ? undefined : String(row['value'])
    })
  }

  putIfAbsent(key: string, value: string, milliseconds: number): Promise<StoreAnswer<string>> {
    return this.#ask((database, now) =>
      String(database.prepare(PUT).get(key, now, now + milliseconds, value)?.['value']),
    )
  }

  increment(key: string, by: number, milliseconds: number): Promise<StoreAnswer<number>> {
    return this.#ask((database, now) =>
      Number(database.prepare(ADD).get(key, now, now + milliseconds, String(by))?.['value']),
    )
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel?.()
    this.#drop()
  }

  async #ask<T>(work: (database: DatabaseSync, now: number) => T): Promise<StoreAnswer<T>> {
    const { clock, timeout } = this.#options
    for (let waited = 0; ; waited += LOCK_PAUSE) {
      try {
        return { kind: 'done', value: work(this.#get(), Math.trunc(clock.now())) }
      } catch (fault) {
        if (!isLocked(fault) || waited >= timeout) return this.#failed(fault)
      }
      await new Promise<void>((resolve) => clock.after(LOCK_PAUSE, resolve))
    }
  }

  #get(): DatabaseSync {
    if (!this.#database && !this.#isClosed && Math.abs(this.#options.clock.now() - this.#triedAt) >= REOPEN_PAUSE)
      this.#reopen()
    if (!this.#database) throw new Error(this.#fault)
    return this.#database
  }

  #failed(fault: unknown): { readonly kind: 'failed'; readonly because: string } {
    const because = reasonOf(fault)
    if (this.#database && isDamage(fault)) {
      this.#options.log.write('error', { store: this.#options.path, because }, 'the store is damaged')
      this.#drop()
      this.#fault = because
    }
    return { kind: 'failed', because }
  }

  #reopen(): void {
    const { path, clock, log, mostPages = MOST_PAGES } = this.#options
    this.#triedAt = clock.now()
    try {
      this.#database = openChecked(path, { clock, log, mostPages })
    } catch (fault) {
      this.#fault = reasonOf(fault)
      log.write(
        'error',
        { store: path, because: this.#fault },
        'the store cannot be opened; what it would know is unknown',
      )
    }
  }

  #drop(): void {
    try {
      this.#database?.close()
    } catch {
      // It is of no use any more in any case.
    }
    this.#database = undefined
  }

  #sweepAfter(milliseconds: number): void {
    this.#cancel = this.#options.clock.after(milliseconds, () => void this.#sweep())
  }

  async #sweep(): Promise<void> {
    const swept = await this.#ask((database, now) => Number(database.prepare(SWEEP).run(now).changes))
    const isMore = swept.kind === 'done' && swept.value === SWEPT
    if (!this.#isClosed) this.#sweepAfter(isMore ? NEXT_SWEEP : SWEEP_PAUSE)
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
const LOCKS: readonly number[] = [5, 6]

function isLocked(fault: unknown): boolean {
  return LOCKS.includes(sqliteCode(fault))
}
