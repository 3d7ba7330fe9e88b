/**
 * The log, as JSON lines (pino). The one door to `pino`.
 *
 * Line ends and control characters of attackers' text are escaped by JSON.
 */
import { pino } from 'pino'
import type { LogLevel } from '../../core/effect.ts'
import { strftime } from '../../core/strftime.ts'
import { type LineSink, openSink } from './line-sink.ts'
import { type OpenLog, sinkLog } from './sink-log.ts'

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
