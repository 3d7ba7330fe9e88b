/**
 * `ldap://HOST:PORT/BASE`, `ldaps://…`: entries that a filter finds, and the values of one attribute.
 *
 * `{key}` in the filter is the key, escaped (RFC 4515). One connection carries all questions; after a fault, or when the
 * directory has hung up in the meantime, the next question opens another.
 */
import type { SourceSpec } from '../../core/source.ts'
import { DirectoryLine, type DirectoryPlace, requireDirectoryLibrary, type Search } from '../ldap/directory-line.ts'
import { type Asking, type Driver, MOST_VALUES, type SourceWorld } from './driver.ts'
import { choiceIn, fileIn } from './parameters.ts'
import { type SecretReader, secretIn } from './secret.ts'

const PORTS = { ldap: 389, ldaps: 636 } as const

interface Reading {
  readonly place: DirectoryPlace
  readonly search: (key: string) => Search
  readonly attribute: string | undefined
  readonly reader: { readonly dn: string; readonly password: SecretReader } | undefined
}

export const ldapDriver: Driver = {
  parameters: ['filter', 'attribute', 'scope', 'bind_dn', 'password', 'tls', 'ca_file'],
  read(source) {
    requireDirectoryLibrary()
    const reading = readDirectory(source)
    return (world) => new Directory(reading, world)
  },
}

function readDirectory(source: SourceSpec): Reading {
  const url = `${source.scheme}:${source.place}`
  if (!URL.canParse(url)) throw new Error('the URL of the directory cannot be read')
  const { hostname, port, pathname } = new URL(url)
  const base = decodeURIComponent(pathname.slice(1))
  if (hostname === '' || base === '')
    throw new Error('write `ldap://HOST/BASE`, as in `ldap://localhost/dc=example,dc=org`')
  const { parameters } = source
  const [filter = '', attribute] = ['filter', 'attribute'].map((name) => parameters.get(name))
  if (!/^\(.*\)$/s.test(filter) || !filter.includes('{key}'))
    throw new Error('`filter` stands in parentheses and has `{key}` in it, as in `(mail={key})`')
  const scope = choiceIn(source, 'scope', ['sub', 'one', 'base'])
  const tls = source.scheme === 'ldaps' ? 'implicit' : choiceIn(source, 'tls', ['required', 'none'])
  const portOf = source.scheme === 'ldaps' ? PORTS.ldaps : PORTS.ldap
  return {
    place: {
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? portOf : Number(port),
      tls,
      caFile: fileIn(source, 'ca_file'),
    },
    search: (key) => ({
      base,
      scope,
      filter: (escape) => filter.replaceAll('{key}', () => escape(key)),
      attributes: [attribute ?? '1.1'],
      most: MOST_VALUES,
    }),
    attribute,
    reader: readerIn(source),
  }
}

function readerIn(source: SourceSpec): Reading['reader'] {
  const [dn, password] = [source.parameters.get('bind_dn'), secretIn(source)]
  if (dn !== undefined && password) return { dn, password }
  if (dn === undefined && !password) return undefined
  throw new Error('`bind_dn` and `password` go together')
}

interface OpenLine {
  readonly line: Promise<DirectoryLine>
  readonly end: AbortController
  /** Whether an answer came over it. */
  hasAnswered: boolean
}

class Directory implements Asking {
  readonly #reading: Reading
  readonly #world: SourceWorld
  #open: OpenLine | undefined

  constructor(reading: Reading, world: SourceWorld) {
    this.#reading = reading
    this.#world = world
  }

  async ask(key: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const open = this.#line()
    const give = (): void => this.#drop(open)
    signal.addEventListener('abort', give, { once: true })
    try {
      return await this.#askOver(open, key)
    } catch (fault) {
      this.#drop(open)
      // A connection that served before may have been closed for being idle.
      if (!open.hasAnswered || signal.aborted) throw fault
      return await this.#askOver(this.#line(), key)
    } finally {
      signal.removeEventListener('abort', give)
    }
  }

  async close(): Promise<void> {
    if (this.#open) this.#drop(this.#open)
  }

  async #askOver(open: OpenLine, key: string): Promise<readonly string[] | undefined> {
    const { search, attribute } = this.#reading
    const entries = await (await open.line).search(search(key))
    open.hasAnswered = true
    if (entries.length === 0) return undefined
    const name = attribute?.toLowerCase()
    const values = name === undefined ? [] : entries.flatMap((entry) => entry.values.get(name) ?? [])
    return values.slice(0, MOST_VALUES)
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
    const { place, reader } = this.#reading
    const password = reader ? await reader.password(this.#world) : ''
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
