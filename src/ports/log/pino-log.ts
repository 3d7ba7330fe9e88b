/**
 * The log, as JSON lines (pino). The one door to `pino`.
 *
 * Mail goes on when the log does not. Line ends and control characters of attackers' text are escaped by JSON. After
 * lines were lost the log says how many.
 */
import { pino } from 'pino'
import type { LogLevel } from '../../core/effect.ts'
import type { Log } from '../../core/ports.ts'
import { strftime } from '../../core/strftime.ts'
import { type LineSink, openSink } from './line-sink.ts'

export interface LogOptions {
  /** Lines below it are not written. */
  readonly level: LogLevel
  readonly file?: string
  /** Without a file; standard error by default. */
  readonly stream?: 'stdout' | 'stderr'
  /** Instead of both. */
  readonly sink?: LineSink
  /** Form of times, as in strftime; ISO 8601 without it. */
  readonly time?: string | undefined
}

export interface OpenLog extends Log {
  /** Lines that could not be written. */
  lost(): number
  /** After the file was moved away. */
  reopen(): void
  /** Resolves when the rest is written, or cannot be. Later lines are ignored. */
  close(): Promise<void>
}

/** Throws when the file cannot be opened for appending. */
export function pinoLog({ level, file, stream, sink = openSink(file, stream), time }: LogOptions): OpenLog {
  const logger = pino(
    {
      level,
      base: null,
      timestamp:
        time === undefined
          ? pino.stdTimeFunctions.isoTime
          : () => `,"time":${JSON.stringify(strftime(time, new Date()))}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  )
  return sinkLog(sink, (severity, fields, text) => logger[severity](fields, text))
}

/** A log that says by itself when lines of it were lost. */
export function sinkLog(sink: LineSink, write: Log['write']): OpenLog {
  let reported = 0
  const reportLoss = (): void => {
    const lost = sink.lost() - reported
    if (lost === 0 || !sink.hasRoom()) return
    reported += lost
    write('warn', { lost }, 'Lines of this log were lost')
  }
  return {
    write(severity, fields, text) {
      reportLoss()
      write(severity, fields, text)
    },
    lost: () => sink.lost(),
    reopen: () => sink.reopen(),
    close: () => sink.close(),
  }
}
