/** Runs something again whenever a file changes, until ^C. A change while it runs is one more run behind it. */
import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { reasonOf } from '../core/reason.ts'
import { EXIT } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** Editors write a file in several steps, and several files at once: milliseconds of quiet before a run. */
const QUIET = 100

export interface Watching {
  readonly paths: readonly string[]
  /** Files that runs write: no reason for another run. */
  readonly written: readonly string[]
  readonly terminal: Terminal
}

/** Settles with the exit code when the user has had enough. Rejects only where a first run cannot be. */
export async function watching({ paths, written, terminal }: Watching, run: () => Promise<void>): Promise<number> {
  const changes = new Changes()
  const own = new Set(written.map((path) => resolve(path)))
  const note = (path: string | undefined): void => {
    if (path === undefined || !(own.has(path) || IGNORED.test(path))) changes.note()
  }
  const watchers = await Promise.all(paths.map((path) => watchPath(path, note)))
  const interrupt = (): void => changes.end()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    do {
      await run().catch((fault: unknown) => terminal.talk(`postern: ${reasonOf(fault)}`))
      terminal.talk('Waiting for a change; ^C ends it.')
    } while (await changes.next())
  } finally {
    for (const watcher of watchers) watcher.close()
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
  return EXIT.interrupted
}

/** A file is watched with its neighbours: editors put a new one in its place, and its lists lie beside it. */
async function watchPath(path: string, onChange: (path: string | undefined) => void): Promise<FSWatcher> {
  const isDirectory = (await stat(path)).isDirectory()
  const directory = isDirectory ? resolve(path) : dirname(resolve(path))
  return watch(directory, { recursive: true }, (_, name) =>
    onChange(name === null ? undefined : resolve(directory, name)),
  )
}

/** What runs write themselves, and what is never read. */
const IGNORED = /(^|\/)(node_modules|\.git)(\/|$)|\.snap$|~$|\.sw[a-z]$/

class Changes {
  #isOver = false
  #pending = false
  #wake: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  note(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#pending = true
      this.#wake?.()
    }, QUIET)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#isOver = true
    this.#wake?.()
  }

  /** False when it is over. */
  async next(): Promise<boolean> {
    if (!this.#pending && !this.#isOver) await new Promise<void>((_resolve) => (this.#wake = _resolve))
    this.#wake = undefined
    this.#pending = false
    return !this.#isOver
  }
}
