/**
 * SQLite, read only (node:sqlite).
 *
 * Opened for each question, so a file that was replaced is seen at once. A database that somebody has locked does not
 * answer: nobody waits for it, since that would stop the server.
 */
import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type Ask, databaseFault, type Rows } from './database.ts'
import { type Query, readQuery, valuesFor } from './sql-query.ts'

export function sqliteDatabase(file: string, sql: string): Ask {
  if (file === '' || file.startsWith(':')) throw new Error('`sqlite:` is followed by the name of a file')
  const path = resolve(file)
  const query = readQuery(sql, (number) => `?${number}`)
  return async (name) => {
    try {
      const { DatabaseSync } = await import('node:sqlite')
      return ask(new DatabaseSync(path, { readOnly: true }), query, valuesFor(query, name))
    } catch (error) {
      throw databaseFault(error)
    }
  }
}

function ask(database: DatabaseSync, { text }: Query, values: readonly (string | null)[]): Rows {
  try {
    const rows: unknown[] = []
    for (const row of database.prepare(text).iterate(...values)) {
      rows.push(Object.values(row)[0])
      if (rows.length > 1) break
    }
    return rows
  } finally {
    database.close()
  }
}
