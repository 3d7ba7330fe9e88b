/** A search in a directory. Its values are escaped in the filter (RFC 4515). */
import { resolve } from 'node:path'
import { questionSent } from '../../core/question.ts'
import { DirectoryLink, directoryPlace } from '../ldap/directory-link.ts'
import { type Found as Entry, requireDirectoryLibrary } from '../ldap/directory-line.ts'
import { MOST_VALUES } from '../sources/driver.ts'
import { secretAt } from '../sources/secret.ts'
import { type Found, foundText, type ReadQuestion } from './contract.ts'

export const readLdap: ReadQuestion<'ldap'> = (question) => {
  requireDirectoryLibrary()
  const { base, scope, attributes, bindDn, password, tls, directory } = question
  const caFile = question.caFile === undefined ? undefined : resolve(directory, question.caFile)
  const place = directoryPlace(urlOf(question.url), { tls, caFile })
  const secret = password === undefined ? undefined : secretAt(password, directory)
  return (world) => {
    const reader =
      bindDn === undefined || !secret ? undefined : { dn: bindDn, password: (): Promise<string> => secret(world) }
    const link = new DirectoryLink({ place, reader })
    const wanted = attributes.length > 0 ? attributes : ['1.1']
    return {
      async ask(asked, signal) {
        const filter = (): string => questionSent(question, asked)
        return foundIn(
          await link.search({ base, scope, filter, attributes: wanted, most: MOST_VALUES }, signal),
          wanted,
        )
      },
      close: () => link.close(),
    }
  }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPlain = url && `${url.pathname}${url.search}${url.hash}`.replace('/', '') === ''
  if (!url || !/^ldaps?:$/.test(url.protocol) || url.hostname === '' || !isPlain)
    throw new Error('`url` is `ldap://HOST:PORT` or `ldaps://HOST:PORT`; the rest is said by other options')
  if (url.username !== '' || url.password !== '') throw new Error('a password has no place in a URL; write `bind`')
  return url
}

function foundIn(entries: readonly Entry[], attributes: readonly string[]): Found | undefined {
  const [first] = entries
  if (!first) return undefined
  const found = new Map([['dn', foundText(first.dn)]])
  for (const name of attributes) {
    const values = entries.flatMap((entry) => entry.values.get(name.toLowerCase()) ?? [])
    if (values.length > 0) found.set(name, foundText(values.slice(0, MOST_VALUES).join(', ')))
  }
  return found
}
