/** What serves behind the door: one process, or several of them under one that supervises. */
import type { Sample } from '../../server/life/metrics.ts'
import type { Attempt } from '../../server/life/reloader.ts'
import type { FileMarks } from '../../server/life/steady-read.ts'

export interface Service {
  /** Of the rules that serve first. */
  readonly revision: string
  /** Lets clients in. */
  readonly open: () => void
  readonly sessions: () => number
  /** How many processes serve; without any, nobody is served. */
  readonly processes: () => number
  readonly samples: () => readonly Sample[]
  /** The files of the site, as they were when they were last read. */
  readonly marks: () => FileMarks
  readonly reload: () => Promise<Attempt>
  /** After log files were moved away. */
  readonly reopen: () => void
  /** Seconds for transactions to end. */
  readonly grace: () => number
  /** Ends all sessions within `grace` seconds. A second call can shorten the grace. */
  readonly close: (grace: number) => Promise<void>
}
