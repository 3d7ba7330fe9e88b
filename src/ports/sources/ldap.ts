/**
 * `ldap://HOST:PORT/BASE`, `ldaps://…`: entries that a filter finds, and the values of one attribute.
 *
 * `{key}` in the filter is the key, escaped (RFC 4515).
 */
import type { SourceSpec } from '../../core/source.ts'
import { DirectoryLink, directoryPlace } from '../ldap/directory-link.ts'
import { type DirectoryPlace, type Found, requireDirectoryLibrary, type Search } from '../ldap/directory-line.ts'
import { type Driver, MOST_VALUES } from './driver.ts'
import { choiceIn, fileIn } from './parameters.ts'
import { type SecretReader, secretIn } from './secret.ts'

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
    const { place, search, attribute, reader } = readDirectory(source)
    return (world) => {
      const link = new DirectoryLink({
        place,
        reader: reader && { dn: reader.dn, password: () => reader.password(world) },
      })
      return {
        ask: async (key, signal) => valuesIn(await link.search(search(key), signal), attribute),
        close: () => link.close(),
      }
    }
  },
}

function valuesIn(entries: readonly Found[], attribute: string | undefined): readonly string[] | undefined {
  if (entries.length === 0) return undefined
  const name = attribute?.toLowerCase()
  const values = name === undefined ? [] : entries.flatMap((entry) => entry.values.get(name) ?? [])
  return values.slice(0, MOST_VALUES)
}

function readDirectory(source: SourceSpec): Reading {
  const url = `${source.scheme}:${source.place}`
  if (!URL.canParse(url)) throw new Error('the URL of the directory cannot be read')
  const { hostname, pathname } = new URL(url)
  const base = decodeURIComponent(pathname.slice(1))
  if (hostname === '' || base === '')
    throw new Error('write `ldap://HOST/BASE`, as in `ldap://localhost/dc=example,dc=org`')
  const { parameters } = source
  const [filter = '', attribute] = ['filter', 'attribute'].map((name) => parameters.get(name))
  if (!/^\(.*\)$/s.test(filter) || !filter.includes('{key}'))
    throw new Error('`filter` stands in parentheses and has `{key}` in it, as in `(mail={key})`')
  const scope = choiceIn(source, 'scope', ['sub', 'one', 'base'])
  const tls = choiceIn(source, 'tls', ['required', 'none'])
  return {
    place: directoryPlace(new URL(url), { tls, caFile: fileIn(source, 'ca_file') }),
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
