/** One query of a database, asked again and again: `sqlite:FILE`, `postgres://…`, `mysql://…`. */
import type { Database, DatabaseUse } from './contract.ts'
import { mysqlDatabase } from './mysql.ts'
import { postgresDatabase } from './postgres.ts'
import { sqliteDatabase } from './sqlite.ts'

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
