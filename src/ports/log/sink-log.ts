/** A log over a sink of lines, whatever their form. Mail goes on when the log does not; it says how many lines were lost. */
import type { Log } from '../../core/ports.ts'
import type { LineSink } from './line-sink.ts'

export interface OpenLog extends Log {
  /** Lines that could not be written. */
  lost(): number
  /** After the file was moved away. */
  reopen(): void
  /** Resolves when the rest is written, or cannot be. Later lines are ignored. */
  close(): Promise<void>
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
