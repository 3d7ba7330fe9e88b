/**
 * Watches over TypeScript of a site while it is loaded and set up: it has so long, and it may not end the program.
 *
 * Without it `await` at the top level holds a command or a reload for ever, and `process.exit(0)` there is a green check
 * that has looked at nothing. A loop without `await` is stopped by nobody: it has the only thread.
 */
import { writeSync } from 'node:fs'
import { type CodeGuard, LoadsTooLong } from '../compiler/load-code.ts'
import type { Clock } from '../core/ports.ts'
import { EXIT } from './exit-code.ts'
import { shown } from './find-files.ts'
import { holdOpen } from './held-open.ts'

export function codeGuard(clock: Pick<Clock, 'after'>): CodeGuard {
  return async ({ path, milliseconds }, work) => {
    const tell = (): void => tellOfExit(path)
    process.on('exit', tell)
    try {
      return await inTime(work(), milliseconds, clock)
    } finally {
      process.off('exit', tell)
    }
  }
}

function inTime<T>(work: Promise<T>, milliseconds: number, clock: Pick<Clock, 'after'>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(milliseconds, () => {
      holdOpen()
      reject(new LoadsTooLong(milliseconds))
    })
    work.finally(cancel).then(resolve, reject)
  })
}

/** The last words: nothing but a synchronous write is still heard. */
function tellOfExit(path: string): void {
  if (!isEndedByOthers(new Error().stack)) return
  process.exitCode = EXIT.failed
  writeSync(
    process.stderr.fd,
    `postern: the plugin ${shown(path)} ended the program while it was loaded: take \`process.exit\` out of it\n`,
  )
}

/** A server that is told to stop while it loads ends by itself. */
function isEndedByOthers(stack = ''): boolean {
  const [, caller] = stack.split(/\n.*process\.exit .*\n/)
  return caller !== undefined && !caller.split('\n', 1).join().includes(OUR_OWN)
}

const OUR_OWN = new URL('.', import.meta.url).href
