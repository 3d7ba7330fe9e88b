/** What a database answers to a query about a user. */
import { BackendFault, type UserName } from './login.ts'

/** The first column of at most two rows. */
export type Rows = readonly unknown[]

/** Rejects with a BackendFault when the database cannot say. */
export type Ask = (name: UserName) => Promise<Rows>

export function databaseFault(error: unknown): BackendFault {
  const reason = error instanceof Error ? error.message : 'no reason given'
  return new BackendFault(`the database failed: ${reason}`, { cause: error })
}
