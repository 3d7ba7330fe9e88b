/**
 * The last net under the process: an error that nobody caught is logged and counted, and the other sessions go on.
 *
 * Sessions, rules and handlers catch their own; what comes here is a timer or an event of a plugin, or a mistake of ours.
 * Many of them in a short time mean that the process itself is broken: then it ends in order, and whoever started it starts
 * it anew. A client's reset or a closed pipe never comes here.
 */
import type { EventEmitter } from 'node:events'
import type { Clock, Log } from '../../core/ports.ts'
import { stackOf } from '../../core/reason.ts'

/** So many within that many milliseconds are too many. */
const TOO_MANY = 20
const WITHIN = 60_000

export interface GuardOptions {
  readonly log: Log
  readonly clock: Pick<Clock, 'after'>
  /** For every error; `origin` is `uncaughtException` or `unhandledRejection`. */
  readonly count: (origin: string) => void
  /** To end in order. Called once. */
  readonly giveUp: () => void
}

interface Guarded extends EventEmitter {
  readonly stdout: EventEmitter
  readonly stderr: EventEmitter
}

/** The answer takes the guards away. */
export function guardProcess(target: Guarded, { log, clock, count, giveUp }: GuardOptions): () => void {
  let recent = 0
  let over = false
  const caught = (fault: unknown, origin: string): void => {
    const error = stackOf(fault)
    count(origin)
    log.write('error', { error, origin }, 'an error that nobody caught; serving goes on')
    recent += 1
    clock.after(WITHIN, () => (recent -= 1))
    if (recent < TOO_MANY || over) return
    over = true
    log.write('error', { errors: recent }, 'too many errors that nobody caught: this process ends')
    giveUp()
  }
  target.on('uncaughtException', caught)
  // Whoever read our words has gone; mail has not.
  for (const stream of [target.stdout, target.stderr]) stream.on('error', ignore)
  return () => {
    target.off('uncaughtException', caught)
    for (const stream of [target.stdout, target.stderr]) stream.off('error', ignore)
  }
}

function ignore(): void {}
