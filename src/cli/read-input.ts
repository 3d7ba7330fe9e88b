/** A file that is named on the command line, or what comes in where that says `-`. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { CommandError } from './exit-code.ts'

/** Throws a CommandError for what cannot be read. */
export async function readInput(file: string): Promise<string> {
  return (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch(() => {
    throw new CommandError(`${file} cannot be read`)
  })
}
