/**
 * `postgres://USER@HOST:PORT/DATABASE?sslmode=…&sslrootcert=FILE`, as libpq has it (PostgreSQL manual, "Connection URIs").
 *
 * TLS with a good certificate is the rule: `sslmode` is `verify-full`, or `disable`, which is what holds without it for this
 * machine. `host=DIRECTORY` names a Unix socket. A password has no place in it.
 */
import { resolve } from 'node:path'

export interface PostgresPlace {
  /** Name, address, or directory of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly database: string | undefined
  readonly tls: { readonly caFile: string | undefined } | undefined
}

const PORT = 5432
const HERE: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1'])
const PARAMETERS: ReadonlySet<string> = new Set(['host', 'sslmode', 'sslrootcert'])

/** Throws an Error with a plain sentence that does not repeat the URL. */
export function readPostgresUrl(text: string): PostgresPlace {
  if (!URL.canParse(text)) throw new Error('the URL of the database cannot be read')
  const { username, password, hostname, port, pathname, searchParams } = new URL(text)
  if (password !== '' || searchParams.has('password'))
    throw new Error('a password has no place in rules; write it to a file and name that in `password_file`')
  const unknown = [...searchParams.keys()].find((name) => !PARAMETERS.has(name))
  if (unknown !== undefined) throw new Error(`the URL has ${unknown}; host, sslmode and sslrootcert are known`)
  const host = searchParams.get('host') ?? (hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost')
  return {
    host,
    port: port === '' ? PORT : Number(port),
    user: decodeURIComponent(username) || undefined,
    database: decodeURIComponent(pathname.slice(1)) || undefined,
    tls: tlsOf(host, searchParams),
  }
}

function tlsOf(host: string, parameters: URLSearchParams): PostgresPlace['tls'] {
  const isHere = HERE.has(host) || host.startsWith('/')
  const mode = parameters.get('sslmode') ?? (isHere ? 'disable' : 'verify-full')
  if (mode !== 'disable' && mode !== 'verify-full') throw new Error(`sslmode is verify-full or disable, not ${mode}`)
  const file = parameters.get('sslrootcert')
  return mode === 'disable' ? undefined : { caFile: file === null ? undefined : resolve(file) }
}
