/**
 * A connection to a directory: TLS, a bind, searches (RFC 4511, RFC 4513). The one door to `ldapts`, an optional library.
 *
 * It is made once: left alone the library connects anew, in clear even where TLS had been started. Whoever wants to go on
 * after a fault opens another line.
 */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type * as ldapts from 'ldapts'
import { tlsOptions } from '../../delivery/smtp/tls.ts'
import { checkFor } from '../auth/server-options.ts'
import { requireLibrary } from '../optional-library.ts'
import { shortReason } from '../short-reason.ts'

export interface DirectoryPlace {
  readonly host: string
  readonly port: number
  readonly tls: 'required' | 'implicit' | 'none'
  /** Authorities for the certificate (PEM); the system's without it. */
  readonly caFile: string | undefined
}

export interface Search {
  readonly base: string
  readonly scope: 'base' | 'one' | 'sub'
  /** RFC 4515; every value in it goes through `escape`. */
  readonly filter: (escape: (value: string) => string) => string
  readonly attributes: readonly string[]
  /** Entries; more than that is a fault. */
  readonly most: number
}

export interface Found {
  readonly dn: string
  readonly values: ReadonlyMap<string, readonly string[]>
}

type Library = typeof ldapts

export function requireDirectoryLibrary(): void {
  requireLibrary('ldapts')
}

/** Everything here rejects with an Error whose message is a short sentence; then the line is of no use any more. */
export class DirectoryLine {
  readonly #client: ldapts.Client
  readonly #library: Library
  #socket: Socket | undefined

  private constructor(place: DirectoryPlace, library: Library, check: ReturnType<typeof tlsOptions>) {
    const { host, port, tls } = place
    this.#library = library
    this.#client =
      tls === 'implicit'
        ? new library.Client({
            url: 'ldaps://directory',
            createSecureConnection: () => this.#open(() => connectTls({ ...check, host, port })),
          })
        : new library.Client({
            url: 'ldap://directory',
            createConnection: () => this.#open(() => connect({ host, port })),
          })
  }

  /** The signal ends it, whatever it is doing. */
  static async open(place: DirectoryPlace, signal: AbortSignal): Promise<DirectoryLine> {
    const library = await import('ldapts')
    const check = place.tls === 'none' ? {} : tlsOptions(await checkFor(place.host, place.caFile))
    signal.throwIfAborted()
    const line = new DirectoryLine(place, library, check)
    signal.addEventListener('abort', () => line.close(), { once: true })
    if (place.tls === 'required') await line.#say((client) => client.startTLS({ ...check }))
    return line
  }

  /** Whether the password is right; rejects when the directory cannot say. */
  async bind(dn: string, password: string): Promise<boolean> {
    return this.#say(async (client) => {
      try {
        await client.bind(dn, password)
        return true
      } catch (error) {
        if (error instanceof this.#library.ResultCodeError && REFUSALS.includes(error.code)) return false
        throw error
      }
    })
  }

  async search({ base, scope, filter, attributes, most }: Search): Promise<readonly Found[]> {
    const { Filter } = this.#library
    const options = {
      scope,
      filter: filter((value) => Filter.escape(value)),
      attributes: [...attributes],
      sizeLimit: most + 1,
    }
    const { searchEntries } = await this.#say((client) => client.search(base, options))
    if (searchEntries.length > most)
      throw new Error(`more than ${most === 1 ? 'one entry fits' : `${most} entries fit`}`)
    return searchEntries.map(({ dn, ...values }) => ({ dn, values: textsOf(values) }))
  }

  close(): void {
    this.#socket?.destroy()
  }

  async #say<T>(work: (client: ldapts.Client) => Promise<T>): Promise<T> {
    try {
      return await work(this.#client)
    } catch (error) {
      this.close()
      throw new Error(reasonIn(error), { cause: error })
    }
  }

  #open<S extends Socket>(make: () => S): S {
    if (this.#socket) throw new Error('it closed the connection')
    const socket = make()
    this.#socket = socket
    return socket
  }
}

/** RFC 4511 section 4.1.9: invalidCredentials; inappropriateAuthentication, as for an entry that has no password. */
const REFUSALS: readonly number[] = [49, 48]

function textsOf(values: ldapts.Entry | Omit<ldapts.Entry, 'dn'>): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(values).map(([name, value]) => [name.toLowerCase(), [value].flat().map((one) => one.toString())]),
  )
}

/** Names of the library's errors say what its messages leave out: `InvalidCredentialsError`. */
function reasonIn(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${shortReason(error)}` : shortReason(error)
}
