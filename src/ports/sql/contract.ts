/** What a database is asked with, and what it answers. */
import type { SharedLinks } from '../shared-links.ts'
import type { MakeQuery, QueryValues } from './query.ts'

export type Rows = readonly (readonly unknown[])[]

export interface Database {
  /** At most `most` rows. Rejects with a plain sentence when the database cannot say. */
  ask(values: QueryValues): Promise<Rows>
  close(): Promise<void>
}

export interface DatabaseUse {
  /** Without a password. */
  readonly url: string
  /** Throws an Error with a plain sentence. */
  readonly query: MakeQuery
  /** Its connections may not write, whatever the query says; SQLite never may. */
  readonly readOnly?: boolean
  /** Rows that are wanted. */
  readonly most: number
  /** Asked for each connection; absent for who needs none. */
  readonly password: (() => Promise<string>) | undefined
  /** Where the password comes from; connections of one user of one server are shared. */
  readonly user: string
  readonly links: SharedLinks
  /** Milliseconds for one query, and for a connection. */
  readonly timeout: number
  /** What names of files are relative to. */
  readonly directory: string
}
