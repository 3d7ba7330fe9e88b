/** The log in all its places, each with its own choice of lines. */
import { hostname } from 'node:os'
import type { LogDestination, LogPlace } from '../../compiler/settings/log-settings.ts'
import { isAtLeast, type LogLevel } from '../../core/effect.ts'
import { strftime } from '../../core/strftime.ts'
import { keptLog } from './kept-log.ts'
import { openProgram } from './line-program.ts'
import { type LineSink, openSink } from './line-sink.ts'
import { openFiles } from './log-files.ts'
import { pinoLog } from './pino-log.ts'
import { type OpenLog, sinkLog } from './sink-log.ts'
import { messageText } from './syslog-message.ts'
import { openSyslog } from './syslog.ts'

/** Throws when a file cannot be opened for appending. */
export function openLog(destinations: readonly LogDestination[]): OpenLog {
  const logs = destinations.map(openOne)
  return {
    write: (level, fields, text) => logs.forEach((log) => log.write(level, fields, text)),
    settle: (connection, ending) => logs.forEach((log) => log.settle?.(connection, ending)),
    lost: () => logs.reduce((sum, log) => sum + log.lost(), 0),
    reopen: () => logs.forEach((log) => log.reopen()),
    close: async () => void (await Promise.all(logs.map((log) => log.close()))),
  }
}

function openOne({ level, place, plugins = [], prefix, kept }: LogDestination): OpenLog {
  if (plugins.length === 0 && prefix === undefined && !kept) return openPlace(place, level)
  const log = prefixed(openPlace(place, 'debug'), prefix)
  return chosen(kept ? keptLog(log, kept) : log, level, plugins)
}

/** Lines from a level on, and those of some plugins. */
function chosen(log: OpenLog, level: LogLevel, plugins: readonly string[]): OpenLog {
  const isWanted = new Set<unknown>(plugins)
  return {
    ...log,
    write(severity, fields, text) {
      if (isAtLeast(severity, level) || isWanted.has(fields['plugin'])) log.write(severity, fields, text)
    },
  }
}

function prefixed(log: OpenLog, prefix: string | undefined): OpenLog {
  if (prefix === undefined) return log
  return { ...log, write: (level, fields, text) => log.write(level, fields, prefix + text) }
}

function openPlace(place: LogPlace, level: LogLevel): OpenLog {
  if (place.kind === 'socket' || place.kind === 'udp') return openSyslog({ level, place })
  if (place.kind === 'program') return openLines(openProgram(place.path, place.arguments), place, level)
  if (place.kind === 'file') return openFile(place, level)
  return openLines(openSink(undefined, place.kind), place, level)
}

type PlaceOf<K extends LogPlace['kind']> = Extract<LogPlace, { readonly kind: K }>

function openFile(place: PlaceOf<'file'>, level: LogLevel): OpenLog {
  if (!place.path.includes('%') && !place.reopen) return openLines(openSink(place.path), place, level)
  const files = openFiles(place, () => new Date())
  const log = openLines(files, place, level)
  return {
    ...log,
    write(severity, fields, text) {
      const { connection } = fields
      files.turnTo(typeof connection === 'string' ? connection : undefined)
      log.write(severity, fields, text)
    },
    settle(connection, { of }) {
      if (of === 'session') files.leave(connection)
    },
  }
}

function openLines(
  sink: LineSink,
  { format, time }: Pick<PlaceOf<'file'>, 'format' | 'time'>,
  level: LogLevel,
): OpenLog {
  return format === 'text' ? textLog(sink, level, time) : pinoLog({ level, sink, time })
}

/** `2026-11-20T12:00:00.000Z mx postern[4711]: text name=value`, in printable ASCII: nothing in it can begin another line. */
function textLog(sink: LineSink, level: LogLevel, time: string | undefined): OpenLog {
  const origin = `${hostname()} postern[${process.pid}]`
  return sinkLog(sink, (severity, fields, text) => {
    if (!isAtLeast(severity, level)) return
    const now = new Date()
    sink.write(
      `${time === undefined ? now.toISOString() : strftime(time, now)} ${origin}: ${messageText(fields, text)}\n`,
    )
  })
}
