/**
 * The decision log: a file of one JSON object a line, which begins anew when it has its size.
 *
 * `decisions.ndjson` becomes `decisions.ndjson.1`, that becomes `.2`, and so on. Mail goes on whatever happens to the file:
 * records wait in a bounded buffer, what does not fit is dropped and counted, and a full disk is tried again.
 */
import { existsSync, renameSync, statSync } from 'node:fs'
import { openSink } from './line-sink.ts'

export interface DecisionLogOptions {
  readonly file: string
  /** Octets at which a new file begins. */
  readonly size: number
  /** How many old files are kept. */
  readonly keep: number
}

export interface DecisionLog {
  write(record: object): void
  /** Records that could not be written. */
  lost(): number
  /** After the file was moved away by somebody else. */
  reopen(): void
  /** Resolves when the rest is written, or cannot be. Later records are ignored. */
  close(): Promise<void>
}

/** Throws when the file cannot be opened for appending. */
export function openDecisionLog({ file, size, keep }: DecisionLogOptions): DecisionLog {
  const sink = openSink(file)
  let octets = sizeOf(file)
  return {
    write(record) {
      const line = `${JSON.stringify(record)}\n`
      if (octets !== undefined && octets > 0 && octets + line.length > size) {
        rotate(file, keep)
        sink.reopen()
        octets = 0
      }
      if (octets !== undefined) octets += Buffer.byteLength(line)
      sink.write(line)
    },
    lost: () => sink.lost(),
    reopen() {
      sink.reopen()
      octets = sizeOf(file) ?? octets
    },
    close: () => sink.close(),
  }
}

/** Undefined for what is no regular file, such as a pipe: that has no size to come to. */
function sizeOf(file: string): number | undefined {
  try {
    const stats = statSync(file)
    return stats.isFile() ? stats.size : undefined
  } catch {
    return 0
  }
}

/** The oldest goes. While the file is not there yet, the one before is still being written to. */
function rotate(file: string, keep: number): void {
  if (!existsSync(file)) return
  for (let number = keep - 1; number >= 1; number -= 1) move(`${file}.${number}`, `${file}.${number + 1}`)
  move(file, `${file}.1`)
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // Not there yet, or not ours to move.
  }
}
