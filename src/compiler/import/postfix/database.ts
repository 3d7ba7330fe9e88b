/**
 * Tables in databases and directories (pgsql_table(5), mysql_table(5), sqlite_table(5), ldap_table(5)) as lists outside.
 *
 * Passwords are not carried over: the site names an environment variable, and the report says which.
 */
import type { Fields, Json } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import type { PostfixContext } from './context.ts'
import { settingsIn } from './main-cf.ts'

export const DATABASES: ReadonlySet<string> = new Set(['pgsql', 'mysql', 'sqlite', 'ldap'])

/** The list for a kind of entries; undefined when it cannot be asked from here, which has been reported. */
export async function databaseList(
  type: string,
  path: PlacedText,
  context: PostfixContext,
): Promise<((of: string) => Json) | undefined> {
  const file = await context.read(path.text)
  const found =
    file && sourceOf(type, new Map(settingsIn(file.text, file.path).map(({ name, value }) => [name, value.text])))
  if (!file || !found || 'because' in found) {
    const because = found && 'because' in found ? found.because : context.whyUnread(path.text)
    context.findings.missing({
      at: path.at,
      effect: 'laxer',
      message: `\`${type}:${path.text}\` is left out: ${because}`,
      instead: 'a list outside: `lists: { mine: { source: "postgres://…", with: { query: … } } }` (docs/sources.md)',
    })
    return undefined
  }
  reportPassword(found, path, context)
  context.sources.push(found.source)
  return (of) => ({ source: found.source, of, ...(Object.keys(found.with).length > 0 && { with: found.with }) })
}

interface Source {
  readonly source: string
  readonly with: Fields
}
type Faulty = { readonly because: string }
type Settings = ReadonlyMap<string, string>

const PASSWORD = 'POSTERN_LIST_PASSWORD'

function reportPassword({ with: options }: Source, path: PlacedText, { findings }: PostfixContext): void {
  if (!('password' in options)) return
  findings.changed({
    at: path.at,
    effect: 'none',
    message: `the password in \`${path.text}\` is not copied`,
    instead: `start Postern with ${PASSWORD}=… in its environment, or write \`password: file:PATH\``,
  })
}

function sourceOf(type: string, settings: Settings): Source | Faulty {
  if (type === 'ldap') return ldapSource(settings)
  const query = queryOf(settings)
  if (typeof query !== 'string') return query
  const database = settings.get('dbname') ?? settings.get('dbpath') ?? ''
  if (type === 'sqlite') return { source: `sqlite:${database}`, with: { query } }
  const user = settings.get('user') ?? ''
  const [host = 'localhost'] = (settings.get('hosts') ?? 'localhost').split(/[\s,]+/)
  const scheme = type === 'pgsql' ? 'postgres' : 'mysql'
  const password = settings.has('password') ? { password: `env:${PASSWORD}` } : {}
  if (/^postgres(?:ql)?:\/\//.test(host)) return { because: 'its host is a URL with secrets in it' }
  const [, socket] = /^unix:(.*)$/.exec(host) ?? []
  const at = socket === undefined ? host.replace(/^inet:/, '') : 'localhost'
  const options = socket === undefined ? '' : `?host=${socket}`
  return {
    source: `${scheme}://${encodeURIComponent(user)}@${at}/${encodeURIComponent(database)}${options}`,
    with: { query, ...password },
  }
}

const PLACES: Readonly<Record<string, string>> = { s: ':key', u: ':local', d: ':domain' }

function queryOf(settings: Settings): string | Faulty {
  const given = settings.get('query')
  if (given === undefined) return simpleQuery(settings)
  const query = given.replace(/(['"]?)%([sud])\1/g, (_, _quote, place: string) => PLACES[place] ?? '')
  if (/%/.test(query)) return { because: 'its query has another `%` than `%s`, `%u` and `%d` alone' }
  return query
}

function simpleQuery(settings: Settings): string | Faulty {
  const [table, select, where] = ['table', 'select_field', 'where_field'].map((name) => settings.get(name))
  if (!table || !select || !where) return { because: 'it has no query' }
  return `SELECT ${select} FROM ${table} WHERE ${where} = :key ${settings.get('additional_conditions') ?? ''}`.trim()
}

function ldapSource(settings: Settings): Source | Faulty {
  const filter = (settings.get('query_filter') ?? '(mailacceptinggeneralid=%s)').replaceAll('%s', '{key}')
  if (/%/.test(filter)) return { because: 'its filter has another `%` than `%s`' }
  const [host = 'localhost'] = (settings.get('server_host') ?? 'localhost').split(/[\s,]+/)
  const url = /^ldaps?:\/\//.test(host) ? host.replace(/\/$/, '') : `ldap://${host}`
  const [bind, scope] = [settings.get('bind_dn'), settings.get('scope')]
  const isClear = url.startsWith('ldap:') && settings.get('start_tls') !== 'yes'
  return {
    source: `${url}/${encodeURI(settings.get('search_base') ?? '')}`,
    with: {
      filter,
      attribute: settings.get('result_attribute') ?? 'maildrop',
      ...(scope !== undefined && { scope }),
      ...(bind !== undefined && { bind_dn: bind, password: `env:${PASSWORD}` }),
      ...(isClear && { tls: 'none' }),
    },
  }
}
