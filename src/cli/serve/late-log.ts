/** A log before there is one: what is written while the daemon is still becoming itself is kept for the real one. */
import type { Log } from '../../core/ports.ts'

export interface LateLog extends Log {
  /** Hands over what was kept, and everything from now on. */
  open(log: Log): void
}

type Line = Parameters<Log['write']>

export function lateLog(): LateLog {
  const kept: Line[] = []
  let real: Log | undefined
  return {
    write(...line) {
      if (real) real.write(...line)
      else kept.push(line)
    },
    open(log) {
      real = log
      for (const line of kept.splice(0)) log.write(...line)
    },
  }
}
