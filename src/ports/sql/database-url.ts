/**
 * `postgres://USER@HOST:PORT/DATABASE?sslmode=…&sslrootcert=FILE`, as libpq has it (PostgreSQL manual, "Connection URIs");
 * `mysql://` is written the same way.
 *
 * TLS with a good certificate is the rule: `sslmode` is `verify-full`, or `disable`, which is what holds without it for this
 * machine. `host=PATH` names a Unix socket: its directory for PostgreSQL, the socket itself for MySQL. A password has
 * no place in it.
 */
import { resolve } from 'node:path'

export interface DatabasePlace {
  /** Name, address, or path of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly database: string | undefined
  readonly tls: { readonly caFile: string | undefined } | undefined
}

const HERE: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1'])
const PARAMETERS: ReadonlySet<string> = new Set(['host', 'sslmode', 'sslrootcert'])

/** Throws an Error with a plain sentence that does not repeat the URL. */
export function readDatabaseUrl(
  text: string,
  otherwise: { readonly port: number; readonly directory: string },
): DatabasePlace {
  if (!URL.canParse(text)) throw new Error('the URL of the database cannot be read')
  const { username, password, hostname, port, pathname, searchParams } = new URL(text)
  if (password !== '' || searchParams.has('password'))
    throw new Error('a password has no place in rules; write it to a file and name that')
  const unknown = [...searchParams.keys()].find((name) => !PARAMETERS.has(name))
  if (unknown !== undefined) throw new Error(`the URL has ${unknown}; host, sslmode and sslrootcert are known`)
  const host = searchParams.get('host') ?? (hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost')
  return {
    host,
    port: port === '' ? otherwise.port : Number(port),
    user: decodeURIComponent(username) || undefined,
    database: decodeURIComponent(pathname.slice(1)) || undefined,
    tls: tlsOf(host, searchParams, otherwise.directory),
  }
}

function tlsOf(host: string, parameters: URLSearchParams, directory: string): DatabasePlace['tls'] {
  const isHere = HERE.has(host) || host.startsWith('/')
  const mode = parameters.get('sslmode') ?? (isHere ? 'disable' : 'verify-full')
  if (mode !== 'disable' && mode !== 'verify-full') throw new Error(`sslmode is verify-full or disable, not ${mode}`)
  const file = parameters.get('sslrootcert')
  return mode === 'disable' ? undefined : { caFile: file === null ? undefined : resolve(directory, file) }
}
