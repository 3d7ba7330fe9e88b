/** The log in all its places, each with its own level. */
import type { LogDestination } from '../compiler/log-settings.ts'
import { type OpenLog, pinoLog } from './pino-log.ts'
import { openSyslog } from './syslog.ts'

/** Throws when a file cannot be opened for appending. */
export function openLog(destinations: readonly LogDestination[]): OpenLog {
  const logs = destinations.map(openOne)
  return {
    write: (level, fields, text) => logs.forEach((log) => log.write(level, fields, text)),
    lost: () => logs.reduce((sum, log) => sum + log.lost(), 0),
    reopen: () => logs.forEach((log) => log.reopen()),
    close: async () => void (await Promise.all(logs.map((log) => log.close()))),
  }
}

function openOne({ level, place }: LogDestination): OpenLog {
  if (place.kind === 'file') return pinoLog({ level, file: place.path })
  if (place.kind === 'stdout' || place.kind === 'stderr') return pinoLog({ level, stream: place.kind })
  return openSyslog({ level, place })
}
