/**
 * A conversation with a directory: StartTLS, bind as who searches, search, bind as who was found. The one door to `ldapts`,
 * an optional library.
 */
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import type * as ldapts from 'ldapts'
import { tlsOptions } from '../../delivery/smtp/tls.ts'
import { fillFilter } from './ldap-filter.ts'
import { BackendFault, type Login } from './login.ts'
import { firstLine } from './password-line.ts'
import { checkFor } from './server-options.ts'

export interface Reader {
  readonly dn: string
  readonly passwordFile: string
}

export interface Directory {
  readonly host: string
  readonly port: number
  readonly tls: 'required' | 'implicit' | 'none'
  readonly caFile: string | undefined
  readonly base: string
  readonly filter: string
  readonly reader: Reader | undefined
}

type Library = typeof ldapts

interface Secrets {
  readonly check: ConnectionOptions
  readonly readerPassword: string
}

export async function bindAs(directory: Directory, login: Login, signal: AbortSignal): Promise<boolean> {
  const { host, tls, caFile, reader } = directory
  const library = await import('ldapts')
  const check = tls === 'none' ? {} : tlsOptions(await checkFor(host, caFile))
  const readerPassword = reader ? await firstLine(reader.passwordFile) : ''
  signal.throwIfAborted()
  const line = new Line(directory, check, library)
  const close = (): void => line.close()
  signal.addEventListener('abort', close)
  try {
    return await converse(library, line.client, directory, login, { check, readerPassword })
  } catch (error) {
    throw error instanceof BackendFault ? error : new BackendFault(reasonOf(error), { cause: error })
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
}

/** One connection, made once: left alone the library connects anew, in clear even where TLS had been started. */
class Line {
  readonly client: ldapts.Client
  #socket: Socket | undefined

  constructor({ host, port, tls }: Directory, check: ConnectionOptions, { Client }: Library) {
    const place = { host, port }
    this.client =
      tls === 'implicit'
        ? new Client({
            url: 'ldaps://directory',
            createSecureConnection: () => this.#open(() => connectTls({ ...check, ...place })),
          })
        : new Client({ url: 'ldap://directory', createConnection: () => this.#open(() => connect(place)) })
  }

  close(): void {
    this.#socket?.destroy()
  }

  #open<S extends Socket>(make: () => S): S {
    if (this.#socket) throw new BackendFault('it closed the connection')
    const socket = make()
    this.#socket = socket
    return socket
  }
}

async function converse(
  library: Library,
  client: ldapts.Client,
  directory: Directory,
  login: Login,
  { check, readerPassword }: Secrets,
): Promise<boolean> {
  const { tls, reader, base } = directory
  if (tls === 'required') await client.startTLS({ ...check })
  if (reader) await client.bind(reader.dn, readerPassword)
  const dn = await find(library, client, directory, login)
  try {
    // Somebody who is not there costs the same round trip.
    await client.bind(dn ?? `cn=nobody,${base}`, login.password)
  } catch (error) {
    if (error instanceof library.ResultCodeError && REFUSALS.includes(error.code)) return false
    throw error
  }
  return dn !== undefined
}

/** RFC 4511 section 4.1.9: invalidCredentials; inappropriateAuthentication, as for an entry that has no password. */
const REFUSALS: readonly number[] = [49, 48]

async function find(
  { Filter }: Library,
  client: ldapts.Client,
  { base, filter }: Directory,
  login: Login,
): Promise<string | undefined> {
  const { searchEntries: entries } = await client.search(base, {
    scope: 'sub',
    filter: fillFilter(filter, login, (text) => Filter.escape(text)),
    attributes: ['1.1'],
    sizeLimit: 2,
  })
  const [entry] = entries
  if (entries.length > 1) throw new BackendFault('more than one entry fits')
  if (entry?.dn === '') throw new BackendFault('the entry that fits has no name')
  return entry?.dn
}

const REASON_LENGTH = 200

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : 'the directory failed'
  return text.replace(/[^ -~]+/g, ' ').slice(0, REASON_LENGTH)
}
