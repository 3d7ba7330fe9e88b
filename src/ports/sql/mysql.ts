/** MySQL and MariaDB, over a few connections that are kept (mysql2). The one door to `mysql2`, an optional library. */
import { isIP } from 'node:net'
import type { PoolConnection } from 'mysql2'
import type { Pool, PoolOptions, QueryOptions } from 'mysql2/promise'
import { errorCode } from '../../core/reason.ts'
import { tlsOptions } from '../../delivery/smtp/tls.ts'
import { checkFor } from '../auth/server-options.ts'
import { requireLibrary } from '../optional-library.ts'
import type { Database, DatabaseUse, Rows } from './contract.ts'
import { type DatabasePlace, readDatabaseUrl } from './database-url.ts'
import { databaseFault } from './fault.ts'
import { sharedPool } from './lazy-pool.ts'
import { valuesFor } from './query.ts'

const PORT = 3306
const CONNECTIONS = 5
const IDLE_MILLISECONDS = 30_000
/** Questions that wait for a connection. */
const WAITING = 100

/** Throws an Error with a plain sentence. */
export function mysqlDatabase(use: DatabaseUse): Database {
  const place = readDatabaseUrl(use.url, { port: PORT, directory: use.directory })
  if (place.tls && isIP(place.host) !== 0)
    throw new Error('MySQL with TLS names its server by name, not by address: its certificate is checked for the name')
  const query = use.query(() => '?')
  requireLibrary('mysql2')
  const pool = sharedPool(use, () => openPool(place, use))
  return {
    async ask(values) {
      try {
        const statement = {
          sql: query.text,
          timeout: use.timeout,
          rowsAsArray: true,
          values: [...valuesFor(query, values)],
        }
        return rowsIn(await rowsOf(await pool.link.get(), statement)).slice(0, use.most)
      } catch (error) {
        throw databaseFault(error)
      }
    },
    close: () => pool.release(),
  }
}

/** One that is late is hung up on: left alone it would keep the next questions waiting for as long as the database likes. */
async function rowsOf(pool: Pool, statement: QueryOptions & { readonly timeout: number }): Promise<unknown> {
  const start = performance.now()
  const connection = await pool.getConnection()
  try {
    // Whoever asked has gone.
    if (performance.now() - start >= statement.timeout) throw new Error('every connection is busy')
    const [rows] = await connection.execute(statement)
    return rows
  } catch (fault) {
    if (errorCode(fault) === 'PROTOCOL_SEQUENCE_TIMEOUT') connection.destroy()
    throw fault
  } finally {
    connection.release()
  }
}

/** A statement that is no query answers with a header instead of rows. */
function rowsIn(answer: unknown): Rows {
  if (!Array.isArray(answer)) throw new Error('the query answers no rows')
  return answer.map((row: unknown) => (Array.isArray(row) ? row : []))
}

async function openPool(place: DatabasePlace, { password, timeout, readOnly = false }: DatabaseUse): Promise<Pool> {
  const { createPool } = await import('mysql2/promise')
  const { host, port, user, database, tls } = place
  const where: PoolOptions = host.startsWith('/') ? { socketPath: host } : { host, port }
  const pool = createPool({
    ...where,
    ...(user !== undefined && { user }),
    ...(database !== undefined && { database }),
    ...(password && { password: await password() }),
    ...(tls && { ssl: sslOf(tlsOptions(await checkFor(host, tls.caFile))) }),
    connectTimeout: timeout,
    connectionLimit: CONNECTIONS,
    maxIdle: 1,
    idleTimeout: IDLE_MILLISECONDS,
    queueLimit: WAITING,
    charset: 'utf8mb4_bin',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  })
  pool.pool.on('connection', (connection) => limitTime(connection, timeout))
  if (readOnly) pool.pool.on('connection', forbidWrites)
  return pool
}

/** The server stops by itself what nobody waits for any more: MariaDB, in seconds, and MySQL. Each does not know the other's. */
function limitTime(connection: PoolConnection, timeout: number): void {
  connection.query(`SET SESSION max_statement_time = ${timeout / 1000}`, () => undefined)
  connection.query(`SET SESSION max_execution_time = ${timeout}`, () => undefined)
}

/** Said before the first query goes out; a connection that does not hear of it is not used. */
function forbidWrites(connection: PoolConnection): void {
  connection.query('SET SESSION TRANSACTION READ ONLY', (fault: unknown) => {
    if (fault) connection.destroy()
  })
}

function sslOf({ ca }: ReturnType<typeof tlsOptions>): NonNullable<PoolOptions['ssl']> {
  return { rejectUnauthorized: true, verifyIdentity: true, ...(Buffer.isBuffer(ca) && { ca: ca.toString('latin1') }) }
}
