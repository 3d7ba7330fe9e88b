/**
 * Lines of a session that wait for what becomes of its transaction (qpsmtpd logging/adaptive).
 *
 * What came before the first transaction waits for that one. Lines that belong to no session are not kept. Beyond the
 * limit the oldest lines of a session are dropped and counted, and so are the oldest sessions: one that writes after its
 * end is never settled.
 */
import type { KeptLines } from '../../compiler/settings/log-settings.ts'
import type { LogLine } from '../../core/ports.ts'
import type { OpenLog } from './pino-log.ts'

const MOST_SESSIONS = 20_000

export function keptLog(log: OpenLog, { until, most }: KeptLines): OpenLog {
  const kept = new Map<string, LogLine[]>()
  let lost = 0
  const forgetOldest = (): void => {
    for (const [connection, lines] of kept) {
      lost += lines.length
      kept.delete(connection)
      return
    }
  }
  return {
    ...log,
    write(level, fields, text) {
      const { connection } = fields
      if (typeof connection !== 'string') return
      const lines = kept.get(connection) ?? []
      if (lines.length >= most) {
        lines.shift()
        lost += 1
      }
      lines.push({ level, fields, text })
      kept.set(connection, lines)
      if (kept.size > MOST_SESSIONS) forgetOldest()
    },
    settle(connection, ending) {
      if ((until === 'refused') === ending.refused)
        for (const { level, fields, text } of kept.get(connection) ?? []) log.write(level, fields, text)
      kept.delete(connection)
      log.settle?.(connection, ending)
    },
    lost: () => lost + log.lost(),
  }
}
