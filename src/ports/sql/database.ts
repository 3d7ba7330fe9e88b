/** One query of a database, asked again and again: `sqlite:FILE`, `postgres://…`, `mysql://…`. */
import { mysqlDatabase } from './mysql.ts'
import { postgresDatabase } from './postgres.ts'
import type { QueryValues } from './query.ts'
import { sqliteDatabase } from './sqlite.ts'

export type Rows = readonly (readonly unknown[])[]

export interface Database {
  /** At most `most` rows. Rejects with a plain sentence when the database cannot say. */
  ask(values: QueryValues): Promise<Rows>
  close(): Promise<void>
}

export interface DatabaseUse {
  /** Without a password. */
  readonly url: string
  readonly sql: string
  /** Places that the query may have. */
  readonly names: readonly string[]
  /** Rows that are wanted. */
  readonly most: number
  /** Asked for each connection; absent for who needs none. */
  readonly password: (() => Promise<string>) | undefined
  /** Milliseconds for one query, and for a connection. */
  readonly timeout: number
  /** What names of files are relative to. */
  readonly directory: string
}

type Open = (use: DatabaseUse) => Database

const KINDS: readonly (readonly [start: RegExp, open: Open])[] = [
  [/^postgres(?:ql)?:/, postgresDatabase],
  [/^mysql:/, mysqlDatabase],
  [/^sqlite:/, sqliteDatabase],
]

/** Connects when it is first asked. Throws an Error with a plain sentence that does not repeat the URL. */
export function openDatabase(use: DatabaseUse): Database {
  const open = KINDS.find(([start]) => start.test(use.url))?.[1]
  if (open) return open(use)
  const [scheme] = use.url.split(':', 1)
  throw new Error(`the database is \`sqlite:FILE\`, \`postgres://…\` or \`mysql://…\`, not \`${scheme}\``)
}
