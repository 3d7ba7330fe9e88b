/** A login at a directory: bind as who searches, search, bind as who was found. */
import { DirectoryLine, type DirectoryPlace } from '../ldap/directory-line.ts'
import { fillFilter } from './ldap-filter.ts'
import { BackendFault, type Login } from './login.ts'
import { firstLine } from './password-line.ts'

export interface Reader {
  readonly dn: string
  readonly passwordFile: string
}

export interface Directory extends DirectoryPlace {
  readonly base: string
  readonly filter: string
  readonly reader: Reader | undefined
}

export async function bindAs(directory: Directory, login: Login, signal: AbortSignal): Promise<boolean> {
  const { base, reader } = directory
  const readerPassword = reader ? await firstLine(reader.passwordFile) : ''
  const line = await DirectoryLine.open(directory, signal)
  try {
    if (reader && !(await line.bind(reader.dn, readerPassword)))
      throw new BackendFault('who searches is refused: InvalidCredentialsError')
    const dn = await find(line, directory, login)
    // Somebody who is not there costs the same round trip.
    const isRight = await line.bind(dn ?? `cn=nobody,${base}`, login.password)
    return isRight && dn !== undefined
  } finally {
    line.close()
  }
}

async function find(line: DirectoryLine, { base, filter }: Directory, login: Login): Promise<string | undefined> {
  const [entry] = await line.search({
    base,
    scope: 'sub',
    filter: (escape) => fillFilter(filter, login, escape),
    attributes: ['1.1'],
    most: 1,
  })
  if (entry?.dn === '') throw new BackendFault('the entry that fits has no name')
  return entry?.dn
}
