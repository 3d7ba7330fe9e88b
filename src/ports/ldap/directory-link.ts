/**
 * Searches in a directory over one connection that is kept.
 *
 * It carries all questions; after a fault, or when the directory has hung up in the meantime, the next question opens another.
 */
import { DirectoryLine, type DirectoryPlace, type Found, type Search } from './directory-line.ts'

export interface DirectoryReader {
  readonly dn: string
  readonly password: () => Promise<string>
}

export interface DirectoryUse {
  readonly place: DirectoryPlace
  /** Who asks; undefined for nobody in particular. */
  readonly reader: DirectoryReader | undefined
}

interface OpenLine {
  readonly line: Promise<DirectoryLine>
  readonly end: AbortController
  /** Whether an answer came over it. */
  hasAnswered: boolean
}

export class DirectoryLink {
  readonly #use: DirectoryUse
  #open: OpenLine | undefined

  constructor(use: DirectoryUse) {
    this.#use = use
  }

  /** Rejects with a short sentence when the directory cannot say; ends soon when aborted. */
  async search(search: Search, signal: AbortSignal): Promise<readonly Found[]> {
    const open = this.#line()
    const give = (): void => this.#drop(open)
    signal.addEventListener('abort', give, { once: true })
    try {
      return await searchOver(open, search)
    } catch (fault) {
      this.#drop(open)
      // A connection that served before may have been closed for being idle.
      if (!open.hasAnswered || signal.aborted) throw fault
      return await searchOver(this.#line(), search)
    } finally {
      signal.removeEventListener('abort', give)
    }
  }

  async close(): Promise<void> {
    if (this.#open) this.#drop(this.#open)
  }

  #line(): OpenLine {
    if (this.#open) return this.#open
    const end = new AbortController()
    const line = this.#connect(end.signal)
    line.catch(() => undefined)
    const open = { line, end, hasAnswered: false }
    this.#open = open
    return open
  }

  async #connect(signal: AbortSignal): Promise<DirectoryLine> {
    const { place, reader } = this.#use
    const password = reader ? await reader.password() : ''
    const line = await DirectoryLine.open(place, signal)
    // Nobody in particular binds too: questions may only share a connection that is there.
    if (await line.bind(reader?.dn ?? '', password)) return line
    line.close()
    throw new Error('the directory refuses who searches')
  }

  #drop(open: OpenLine): void {
    if (this.#open === open) this.#open = undefined
    open.end.abort()
  }
}

async function searchOver(open: OpenLine, search: Search): Promise<readonly Found[]> {
  const entries = await (await open.line).search(search)
  open.hasAnswered = true
  return entries
}

const PORTS = { ldap: 389, ldaps: 636 } as const

/** Of `ldap://HOST:PORT` or `ldaps://…`. Throws an Error with a plain sentence. */
export function directoryPlace(
  { protocol, hostname, port }: URL,
  { tls, caFile }: { readonly tls: 'required' | 'none'; readonly caFile: string | undefined },
): DirectoryPlace {
  const isSecure = protocol === 'ldaps:'
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (isSecure ? PORTS.ldaps : PORTS.ldap) : Number(port),
    tls: isSecure ? 'implicit' : tls,
    caFile,
  }
}
