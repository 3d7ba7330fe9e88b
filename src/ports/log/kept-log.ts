/**
 * Lines of a session that wait for what becomes of its transaction (qpsmtpd logging/adaptive).
 *
 * What came before the first transaction waits for that one. Lines that belong to no session are not kept. Beyond the
 * limit the oldest lines of a session are dropped and counted, and so are the oldest sessions: one that writes after its
 * end is never settled.
 */
import type { KeptLines } from '../../compiler/settings/log-settings.ts'
import type { LogLine } from '../../core/ports.ts'
import type { OpenLog } from './sink-log.ts'

const MOST_SESSIONS = 20_000

export function keptLog(log: OpenLog, { until, most }: KeptLines): OpenLog {
  const shelf = new Shelf(most)
  return {
    ...log,
    write(level, fields, text) {
      const { connection } = fields
      if (typeof connection === 'string') shelf.put(connection, { level, fields, text })
    },
    settle(connection, ending) {
      const lines = shelf.take(connection)
      if ((until === 'refused') === ending.refused)
        for (const { level, fields, text } of lines) log.write(level, fields, text)
      log.settle?.(connection, ending)
    },
    lost: () => shelf.lost + log.lost(),
  }
}

/** Lines by the session they belong to. */
class Shelf {
  /** Lines that were dropped. */
  lost = 0
  /** The session that began to write first is first. */
  readonly #sessions = new Map<string, LogLine[]>()
  readonly #most: number

  /** `most` lines of each session. */
  constructor(most: number) {
    this.#most = most
  }

  put(connection: string, line: LogLine): void {
    const lines = this.#sessions.get(connection) ?? []
    if (lines.length >= this.#most) {
      lines.shift()
      this.lost += 1
    }
    lines.push(line)
    this.#sessions.set(connection, lines)
    if (this.#sessions.size > MOST_SESSIONS) this.#dropOldest()
  }

  take(connection: string): readonly LogLine[] {
    const lines = this.#sessions.get(connection) ?? []
    this.#sessions.delete(connection)
    return lines
  }

  #dropOldest(): void {
    const [oldest] = this.#sessions.keys()
    if (oldest !== undefined) this.lost += this.take(oldest).length
  }
}
