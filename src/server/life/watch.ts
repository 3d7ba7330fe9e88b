/**
 * Watches the files of a site by looking at them once a second.
 *
 * Looking works on every file system, sees files that are replaced and files that were missing, and costs a `stat` each.
 * A change counts once it has been the same for two looks.
 */
import type { Clock } from '../../core/ports.ts'
import { type FileMarks, marksOf } from './steady-read.ts'

const INTERVAL = 1000

export interface WatchOptions {
  readonly clock: Pick<Clock, 'after'>
  /** Which files, and how they were when they were last read. */
  readonly marks: () => FileMarks
  readonly changed: () => void
}

/** The answer ends it. */
export function watchFiles({ clock, marks, changed }: WatchOptions): () => void {
  /** What was told already. */
  let told: FileMarks = new Map()
  let before: FileMarks = new Map()
  let cancel = (): void => undefined
  let over = false
  const look = async (): Promise<void> => {
    const read = marks()
    const now = await marksOf(read.keys())
    const isNew = [...now].some(([path, mark]) => mark !== read.get(path) && mark !== told.get(path))
    const isSettled = [...now].every(([path, mark]) => before.get(path) === mark)
    before = now
    if (isNew && isSettled && !over) {
      told = now
      changed()
    }
    if (!over) cancel = clock.after(INTERVAL, () => void look())
  }
  cancel = clock.after(INTERVAL, () => void look())
  return () => {
    over = true
    cancel()
  }
}
