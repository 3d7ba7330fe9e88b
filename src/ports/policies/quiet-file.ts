/**
 * Reads a file that others write to: one that is being written to is waited for, for a moment, since half of it may be
 * something else.
 */
import type { Clock } from '../../core/ports.ts'
import type { SafeFile } from './safe-file.ts'

/** A file counts once nobody has written to it for this long, in milliseconds. */
const QUIET = 50
const ATTEMPTS = 4

/** Rejects when `read` does, or when nobody stops writing. */
export async function readQuietly(
  read: () => Promise<SafeFile | undefined>,
  clock: Clock,
): Promise<SafeFile | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const file = await read()
    const age = file ? clock.now() - file.changedAt : QUIET
    if (age < 0 || age >= QUIET) return file
    await new Promise<void>((resolve) => clock.after(QUIET - age, resolve))
  }
  throw new Error('it is being written to all the time')
}
