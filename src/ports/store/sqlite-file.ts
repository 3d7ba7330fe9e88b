/**
 * Opens the file of a store, and looks whether it is sound (`PRAGMA quick_check`).
 *
 * A file that is damaged, or is none, is set aside under another name and said loudly; a new one takes its place. What
 * it remembered is forgotten then, which the rules' senders notice as a first visit, and no human is needed.
 */
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Log } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS entries (
  key TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL, value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_until ON entries (until);`
/** Of 4 KiB: a file grows to a gibibyte at most. One that is full does not answer for new keys. */
export const MOST_PAGES = 262_144
/** Milliseconds that a start waits for another process that is opening it too. */
const OPENING = 500

interface World {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly mostPages: number
}

/** Throws an Error with a plain sentence when there is no file that can be used. */
export function openChecked(path: string, { mostPages, ...world }: World): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true })
  const before = inodeOf(path)
  try {
    return openSound(path, mostPages)
  } catch (fault) {
    if (!isDamage(fault)) throw fault
    // Another process may have done it in the meantime.
    if (inodeOf(path) === before) setAside(path, fault, world)
    return openSound(path, mostPages)
  }
}

function openSound(path: string, mostPages: number): DatabaseSync {
  // Node warns of it when it is loaded, so it is loaded when it is needed.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(path, { timeout: OPENING })
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA max_page_count = ${mostPages}`)
    const [verdict] = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})
    if (verdict !== 'ok') throw new DamagedFile(String(verdict))
    database.exec(SCHEMA)
    // From now on nobody waits inside SQLite.
    database.exec('PRAGMA busy_timeout = 0')
    return database
  } catch (fault) {
    database.close()
    throw fault
  }
}

class DamagedFile extends Error {
  override readonly name = 'DamagedFile'
}

function setAside(path: string, fault: unknown, { clock, log }: Pick<World, 'clock' | 'log'>): void {
  const aside = `${path}.damaged-${new Date(clock.now()).toISOString().replace(/[:.]/g, '-')}`
  for (const ending of ['', '-wal', '-shm']) {
    try {
      renameSync(path + ending, aside + ending)
    } catch (error) {
      if (ending === '') throw error
    }
  }
  const because = reasonOf(fault)
  log.write('error', { store: path, aside, because }, 'the store was damaged: it was set aside, and a new one begun')
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGES: readonly number[] = [11, 26]

export function isDamage(fault: unknown): boolean {
  if (fault instanceof DamagedFile) return true
  return DAMAGES.includes(sqliteCode(fault))
}

/** The primary result code (sqlite.org/rescode.html); 0 for what is no fault of SQLite. */
export function sqliteCode(fault: unknown): number {
  return fault instanceof Error && 'errcode' in fault ? Number(fault.errcode) & 0xff : 0
}
