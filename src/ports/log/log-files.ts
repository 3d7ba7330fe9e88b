/**
 * Log files whose names change: by the time of the line, by its session (qpsmtpd logging/file).
 *
 * Many are open at once where sessions have files of their own; the least used are closed. Lines of a file that cannot be
 * opened are dropped and counted.
 */
import type { LogFile } from '../../compiler/settings/log-settings.ts'
import { strftime } from '../../core/strftime.ts'
import { type LineSink, openSink } from './line-sink.ts'

const MOST_OPEN = 64
const MOST_SESSIONS = 20_000
/** Stands for the session in names of files, where a line has none. */
const NO_SESSION = 'parent'

/** Throws when the file of this moment cannot be opened for appending. */
export function openFiles(file: LogFile, now: () => Date): LogFiles {
  const files = new LogFiles(file, now)
  files.open()
  return files
}

/** `%i` is the session, the rest is strftime's. */
export function fileName(path: string, session: string, time: Date): string {
  return strftime(
    path.replace(/%(%|i)/g, (written, letter) => (letter === 'i' ? session : written)),
    time,
  )
}

export class LogFiles implements LineSink {
  readonly #file: LogFile
  readonly #now: () => Date
  readonly #mostOpen: number
  /** By path, the least used first. */
  readonly #sinks = new Map<string, LineSink>()
  /** Path of the first line of each session that is there. */
  readonly #firstPaths = new Map<string, string>()
  readonly #closing = new Set<Promise<void>>()
  #current: LineSink | undefined
  #lost = 0
  #ended = false

  constructor(file: LogFile, now: () => Date) {
    this.#file = file
    this.#now = now
    this.#mostOpen = file.nosplit || file.path.includes('%i') ? MOST_OPEN : 1
  }

  /** Throws what `open` throws. */
  open(): void {
    this.#current = this.#sinkFor(this.#nameNow(undefined))
  }

  /** The next line is of this session, or of none. */
  turnTo(session: string | undefined): void {
    if (this.#ended) return
    const { nosplit, reopen } = this.#file
    const first = session === undefined ? undefined : this.#firstPaths.get(session)
    const path = nosplit && first !== undefined ? first : this.#nameNow(session)
    try {
      this.#current = this.#sinkFor(path)
      if (reopen && session !== undefined && first === undefined) this.#current.reopen()
    } catch {
      this.#current = undefined
    }
    if (session !== undefined && first === undefined && (nosplit || reopen)) this.#remember(session, path)
  }

  /** A session that writes once more after its end is forgotten sometime, as one of the oldest. */
  #remember(session: string, path: string): void {
    this.#firstPaths.set(session, path)
    const [oldest] = this.#firstPaths.keys()
    if (oldest !== undefined && this.#firstPaths.size > MOST_SESSIONS) this.#firstPaths.delete(oldest)
  }

  /** The session is over. */
  leave(session: string): void {
    this.#firstPaths.delete(session)
  }

  write(line: string): void {
    if (this.#current) this.#current.write(line)
    else this.#lost += 1
  }

  lost(): number {
    return [...this.#sinks.values()].reduce((sum, sink) => sum + sink.lost(), this.#lost)
  }

  hasRoom(): boolean {
    return this.#current?.hasRoom() ?? false
  }

  reopen(): void {
    for (const sink of this.#sinks.values()) sink.reopen()
  }

  async close(): Promise<void> {
    this.#ended = true
    await Promise.all([...this.#closing, ...[...this.#sinks.values()].map((sink) => sink.close())])
  }

  #nameNow(session: string | undefined): string {
    return fileName(this.#file.path, session ?? NO_SESSION, this.#now())
  }

  #sinkFor(path: string): LineSink {
    const known = this.#sinks.get(path)
    const sink = known ?? openSink(path)
    this.#sinks.delete(path)
    this.#sinks.set(path, sink)
    if (!known) this.#closeLeastUsed()
    return sink
  }

  #closeLeastUsed(): void {
    const [oldest] = this.#sinks
    if (!oldest || this.#sinks.size <= this.#mostOpen) return
    const [path, sink] = oldest
    this.#sinks.delete(path)
    const closing = sink.close().then(() => {
      this.#lost += sink.lost()
      this.#closing.delete(closing)
    })
    this.#closing.add(closing)
  }
}
