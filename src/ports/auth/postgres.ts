/** PostgreSQL, over a few connections that are kept (pg). The one door to `pg`, an optional library. */
import { resolve } from 'node:path'
import type { Pool } from 'pg'
import { tlsOptions } from '../../delivery/smtp/tls.ts'
import { type Ask, databaseFault } from './database.ts'
import { requireLibrary } from '../optional-library.ts'
import { firstLine } from './password-line.ts'
import { type PostgresPlace, readPostgresUrl } from './postgres-url.ts'
import { checkFor } from './server-options.ts'
import { readQuery, valuesFor } from './sql-query.ts'

const CONNECTIONS = 5
const IDLE_MILLISECONDS = 30_000

export interface PostgresOptions {
  readonly url: string
  /** Its first line is the password; read for each connection. */
  readonly passwordFile: string | undefined
  /** Milliseconds for one query. */
  readonly timeout: number
}

/** Throws an Error with a plain sentence. */
export function postgresDatabase(sql: string, options: PostgresOptions): Ask {
  const place = readPostgresUrl(options.url)
  const query = readQuery(sql, (number) => `$${number}`)
  requireLibrary('pg')
  let pool: Promise<Pool> | undefined
  const open = (): Promise<Pool> => {
    pool ??= openPool(place, options).catch((fault: unknown) => {
      pool = undefined
      throw fault
    })
    return pool
  }
  return async (name) => {
    try {
      const { rows } = await (await open()).query({
        text: query.text,
        values: valuesFor(query, name),
        rowMode: 'array',
      })
      return rows.slice(0, 2).map(([first]) => first)
    } catch (error) {
      throw databaseFault(error)
    }
  }
}

async function openPool({ tls, ...place }: PostgresPlace, { passwordFile, timeout }: PostgresOptions): Promise<Pool> {
  const { default: library } = await import('pg')
  const ssl = tls ? tlsOptions(await checkFor(place.host, tls.caFile)) : false
  const pool = new library.Pool({
    ...place,
    ssl,
    password: passwordFile === undefined ? undefined : () => firstLine(resolve(passwordFile)),
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
