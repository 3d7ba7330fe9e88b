/** A file that a command was given and cannot read, in the words of its user. */
import { errorCode, reasonOf } from '../core/reason.ts'
import { CommandError } from './exit-code.ts'

const REASONS: ReadonlyMap<string, (path: string) => string> = new Map([
  ['ENOENT', (path: string) => `there is no file ${path}`],
  ['EISDIR', (path: string) => `${path} is a directory`],
  ['EACCES', (path: string) => `${path} may not be read by us`],
])

export function unreadable(path: string, fault: unknown): CommandError {
  return new CommandError(REASONS.get(errorCode(fault) ?? '')?.(path) ?? `${path} cannot be read: ${reasonOf(fault)}`)
}
