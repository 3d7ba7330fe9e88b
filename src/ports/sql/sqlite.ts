/**
 * SQLite, read only (node:sqlite).
 *
 * Opened for each question, so a file that was replaced is seen at once. A database that somebody has locked does not
 * answer: nobody waits for it, since that would stop the server.
 */
import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Database, DatabaseUse, Rows } from './contract.ts'
import { databaseFault } from './fault.ts'
import { type Query, valuesFor } from './query.ts'

export function sqliteDatabase({ url, query: queryWith, most, password, directory }: DatabaseUse): Database {
  if (password) throw new Error('SQLite has no password')
  const file = url.slice('sqlite:'.length)
  if (file === '' || file.startsWith(':')) throw new Error('`sqlite:` is followed by the name of a file')
  const path = resolve(directory, file)
  const query = queryWith((number) => `?${number}`)
  return {
    async ask(values) {
      try {
        const { DatabaseSync } = await import('node:sqlite')
        return ask(new DatabaseSync(path, { readOnly: true }), query, valuesFor(query, values), most)
      } catch (error) {
        throw databaseFault(error)
      }
    },
    close: async () => undefined,
  }
}

function ask(database: DatabaseSync, { text }: Query, values: readonly (string | null)[], most: number): Rows {
  try {
    const rows: unknown[][] = []
    for (const row of database.prepare(text).iterate(...values)) {
      rows.push(Object.values(row))
      if (rows.length >= most) break
    }
    return rows
  } finally {
    database.close()
  }
}
