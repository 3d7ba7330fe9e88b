/** A file that is named on the command line, or what comes in where that says `-`. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { unreadable } from './unreadable.ts'

/** Throws a CommandError for what cannot be read. */
export async function readInput(file: string): Promise<string> {
  return (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch((fault: unknown) => {
    throw unreadable(file, fault)
  })
}
