/** What a database says when it fails, as a sentence. */
import { errorCode } from '../../core/reason.ts'

export function databaseFault(error: unknown): Error {
  return new Error(`the database failed: ${reasonIn(error)}`, { cause: error })
}

/** Of several addresses that refuse, Node's error has a code and no message. */
function reasonIn(error: unknown): string {
  if (error instanceof Error && error.message !== '') return error.message
  return errorCode(error) ?? 'no reason given'
}
