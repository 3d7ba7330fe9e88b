/**
 * Reads a set of files that nobody was writing to meanwhile, so that half a file never counts.
 *
 * Every file is marked (identity, size, times of change) before it is read. When all is read and it has been quiet for a
 * while, the marks must still be true; else everything is read again. Editors that write in place, copies and `rsync` are
 * waited for that way; who leaves half a file lying there cannot be told from who meant it.
 */
import { stat } from 'node:fs/promises'
import type { Clock, Files } from '../../core/ports.ts'
import { errorCode } from '../../core/reason.ts'

/** Path → what it was when it was read. A file that was not there has a mark too. */
export type FileMarks = ReadonlyMap<string, string>

export interface SteadyOptions {
  readonly files: Files
  readonly clock: Pick<Clock, 'after'>
  /** Milliseconds without a change, counted from the end of the reading. */
  readonly quiet: number
  /** How often to read before giving up. */
  readonly attempts: number
}

export type Steady<T> =
  | { readonly kind: 'steady'; readonly value: T; readonly marks: FileMarks }
  | { readonly kind: 'changing'; readonly paths: readonly string[] }

/** What `read` is given: files that are remembered. */
export interface RecordedFiles extends Files {
  /** Remembers a file that is read by somebody else. */
  note(path: string): Promise<void>
}

export async function readSteadily<T>(
  options: SteadyOptions,
  read: (files: RecordedFiles) => Promise<T>,
): Promise<Steady<T>> {
  let changed: readonly string[] = []
  for (let attempt = 0; attempt < options.attempts; attempt += 1) {
    const marks = new Map<string, string>()
    const value = await read(recorded(options.files, marks))
    if (options.quiet > 0) await pause(options.clock, options.quiet)
    changed = changedSince(marks, await marksOf(marks.keys()))
    if (changed.length === 0) return { kind: 'steady', value, marks }
  }
  return { kind: 'changing', paths: changed }
}

export async function marksOf(paths: Iterable<string>): Promise<FileMarks> {
  return new Map(await Promise.all(Array.from(paths, async (path) => [path, await markOf(path)] as const)))
}

/** Paths of `before` whose marks are others now. */
function changedSince(before: FileMarks, now: FileMarks): readonly string[] {
  return [...before].filter(([path, mark]) => now.get(path) !== mark).map(([path]) => path)
}

function recorded(files: Files, marks: Map<string, string>): RecordedFiles {
  const note = async (path: string): Promise<void> => {
    if (!marks.has(path)) marks.set(path, await markOf(path))
  }
  return {
    note,
    async read(path, most) {
      await note(path)
      return files.read(path, most)
    },
    ...(files.pieces && {
      async pieces(path: string) {
        await note(path)
        return files.pieces?.(path)
      },
    }),
  }
}

async function markOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (fault) {
    return errorCode(fault) ?? 'unreadable'
  }
}

function pause(clock: Pick<Clock, 'after'>, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve))
}
