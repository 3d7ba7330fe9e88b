/**
 * PostgreSQL, over a few connections that are kept (pg). The one door to `pg`, an optional library.
 *
 * The password is not in the rules: pg reads ~/.pgpass or the file named by PGPASSFILE.
 */
import type { Pool } from 'pg'
import { type Ask, databaseFault } from './database.ts'
import { requireLibrary } from './optional-library.ts'
import { readQuery, valuesFor } from './sql-query.ts'

const CONNECTIONS = 5
const IDLE_MILLISECONDS = 30_000

/** `timeout` in milliseconds, for one query. Throws an Error with a plain sentence. */
export function postgresDatabase(url: string, sql: string, timeout: number): Ask {
  checkUrl(url)
  const query = readQuery(sql, (number) => `$${number}`)
  requireLibrary('pg')
  let pool: Promise<Pool> | undefined
  return async (name) => {
    pool ??= openPool(url, timeout)
    try {
      const { rows } = await (await pool).query({ text: query.text, values: valuesFor(query, name), rowMode: 'array' })
      return rows.slice(0, 2).map(([first]) => first)
    } catch (error) {
      throw databaseFault(error)
    }
  }
}

function checkUrl(url: string): void {
  if (!URL.canParse(url)) throw new Error('the URL of the database cannot be read')
  const { password, searchParams } = new URL(url)
  if (password !== '' || searchParams.has('password'))
    throw new Error('a password has no place in rules; write it to ~/.pgpass, or to the file that PGPASSFILE names')
}

async function openPool(url: string, timeout: number): Promise<Pool> {
  const { default: library } = await import('pg')
  const pool = new library.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: timeout,
    query_timeout: timeout,
    statement_timeout: timeout,
    idleTimeoutMillis: IDLE_MILLISECONDS,
    allowExitOnIdle: true,
  })
  // A connection that breaks while nobody uses it is replaced; without a listener it would end the process.
  pool.on('error', () => undefined)
  return pool
}
