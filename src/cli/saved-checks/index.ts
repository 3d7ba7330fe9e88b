/**
 * The report of a check that was made before, where nothing has changed that it depends on: no file that was read or looked
 * for, no word of the command line or the environment, no part of Postern, and no date that a finding waits for.
 */
import type { SavedReport } from '../../testing/report-shape.ts'
import { type FileWorld, fileWorld } from '../file-world.ts'
import { checkKey } from './check-key.ts'
import { settledState } from './file-state.ts'
import { askAgain, Book, overheard } from './overheard.ts'
import { readSaved, writeSaved } from './saved-reports.ts'

/** What a check is given, so that it can be told whether its report still holds. */
export interface Witness {
  readonly world: FileWorld
  /** For whoever asks something that `world` does not know. */
  readonly giveUp: () => void
  /** Told of each moment at which what is reported changes: milliseconds since the epoch. */
  readonly turnsAt: (time: number) => void
}

export interface Asked {
  /** Found for the command line. */
  readonly files: readonly string[]
  /** What else changes the report. */
  readonly flags: unknown
}

/** `make` is asked where there is none. */
export async function savedOrMade(
  asked: Asked,
  make: (witness: Witness) => Promise<SavedReport>,
): Promise<SavedReport> {
  const key = checkKey(asked.files, asked.flags)
  return (await savedReport(key)) ?? makeAndSave(key, make)
}

async function savedReport(key: string): Promise<SavedReport | undefined> {
  const saved = readSaved(key)
  const now = Date.now()
  if (!saved || now < saved.from || now >= saved.until) return undefined
  const heard = await askAgain(saved.heard, fileWorld(), stateNow)
  if (!heard) return undefined
  if (heard.some((one, index) => one !== saved.heard[index])) writeSaved(key, { ...saved, heard })
  return saved.report
}

async function makeAndSave(key: string, make: (witness: Witness) => Promise<SavedReport>): Promise<SavedReport> {
  const [book, start] = [new Book(stateNow), Date.now()]
  let until = nextDay(start)
  const report = await make({
    world: overheard(fileWorld(), book),
    giveUp: book.giveUp,
    turnsAt: (time) => {
      if (time > start) until = Math.min(until, time)
    },
  })
  const { heard } = book
  if (heard) writeSaved(key, { heard, from: Date.now(), until, report })
  return report
}

function stateNow(path: string): string | undefined {
  return settledState(path, Date.now())
}

/** Findings are dated in UTC. */
function nextDay(now: number): number {
  const day = 24 * 60 * 60 * 1000
  return (Math.floor(now / day) + 1) * day
}
