/** PostgreSQL, over a few connections that are kept (pg). The one door to `pg`, an optional library. */
import type { Pool } from 'pg'
import { tlsOptions } from '../../delivery/smtp/tls.ts'
import { checkFor } from '../auth/server-options.ts'
import { requireLibrary } from '../optional-library.ts'
import type { Database, DatabaseUse } from './contract.ts'
import { type DatabasePlace, readDatabaseUrl } from './database-url.ts'
import { databaseFault } from './fault.ts'
import { sharedPool } from './lazy-pool.ts'
import { valuesFor } from './query.ts'

const PORT = 5432
const CONNECTIONS = 5
const IDLE_MILLISECONDS = 30_000

/** Throws an Error with a plain sentence. */
export function postgresDatabase(use: DatabaseUse): Database {
  const place = readDatabaseUrl(use.url, { port: PORT, directory: use.directory })
  const query = use.query((number) => `$${number}`)
  requireLibrary('pg')
  const pool = sharedPool(use, () => openPool(place, use))
  return {
    async ask(values) {
      try {
        const { rows } = await (await pool.link.get()).query({
          text: query.text,
          values: valuesFor(query, values),
          rowMode: 'array',
        })
        return rows.slice(0, use.most)
      } catch (error) {
        throw databaseFault(error)
      }
    },
    close: () => pool.release(),
  }
}

async function openPool(
  { tls, ...place }: DatabasePlace,
  { password, timeout, readOnly = false }: DatabaseUse,
): Promise<Pool> {
  const { default: library } = await import('pg')
  const ssl = tls ? tlsOptions(await checkFor(place.host, tls.caFile)) : false
  const pool = new library.Pool({
    ...place,
    ssl,
    password,
    ...(readOnly && { options: '-c default_transaction_read_only=on' }),
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
