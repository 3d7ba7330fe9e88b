/**
 * Whether a file has been written to, without reading it.
 *
 * What is written to a file changes its ctime, which nobody can set (POSIX `stat`). A file system's clock ticks, though:
 * two writes within one tick leave the same ctime, so a state is worth something only when it is older than a tick.
 */
import { statSync } from 'node:fs'

/** The coarsest tick of a file system in use is 2 s (FAT); milliseconds. */
const TICK = 3000

interface FileState {
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly changed: number
}

/** Links are followed. Throws where there is no such file. */
export function fileState(path: string): FileState {
  const { dev, ino, size, ctimeNs, ctimeMs } = statSync(path, { bigint: true })
  return { text: `${dev} ${ino} ${size} ${ctimeNs}`, changed: Number(ctimeMs) }
}

/** Undefined where there is no such file, or where it is too young to tell; `now` in milliseconds since the epoch. */
export function settledState(path: string, now: number): string | undefined {
  try {
    const { text, changed } = fileState(path)
    return now - changed > TICK ? text : undefined
  } catch {
    return undefined
  }
}
