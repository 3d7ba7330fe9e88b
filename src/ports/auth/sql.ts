/**
 * auth_sql: the user's secret is what a query answers (qpsmtpd auth_vpopmail_sql).
 *
 * The first column of the one row is the secret, in a form of secret.ts. No row, or NULL, is no such user; more than one
 * row is unknown. Serves every mechanism that the secrets allow.
 */
import { defineMatcher } from '../../core/word.ts'
import { SharedLinks } from '../shared-links.ts'
import type { Database, Rows } from '../sql/contract.ts'
import { openDatabase } from '../sql/database.ts'
import { readQuery } from '../sql/query.ts'
import { BackendFault, TIMEOUT } from './login.ts'
import { firstLine } from './password-line.ts'
import { readSecret, type Secret } from './secret.ts'
import { checkUserQuery, USER_PLACES, userValues } from './sql-query.ts'
import { storedMatcher } from './stored.ts'

export const authSql = defineMatcher({
  name: 'auth_sql',
  summary: 'A database has a secret for the user, and the password is right',
  reference: 'qpsmtpd plugin auth/auth_vpopmail_sql',
  stage: 'greeting',
  options: {
    type: 'object',
    properties: {
      database: {
        type: 'string',
        description: '`sqlite:FILE`, or a URL of PostgreSQL or MySQL without a password',
        examples: ['sqlite:/var/lib/mail/users.db', 'postgres://postern@db.example.org/mail'],
      },
      query: {
        type: 'string',
        minLength: 1,
        description: 'SQL that answers the secret; :user, :local and :domain stand for the user',
        examples: ['SELECT password FROM users WHERE name = :user'],
      },
      password_file: {
        type: 'string',
        'x-path': true,
        minLength: 1,
        description: 'PostgreSQL, MySQL: file whose first line is the password for the database',
      },
      timeout: TIMEOUT,
    },
    required: ['database', 'query'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  compile({ database, query, password_file: passwordFile, timeout }, { directory }) {
    const users = openUsers({ database, query, passwordFile, timeout, directory })
    let decoy: Secret | undefined
    return storedMatcher(timeout, async (name) => {
      const secret = secretIn(await users.ask(userValues(name)))
      decoy = secret ?? decoy
      return { secret, decoy }
    })
  },
})

interface Source {
  readonly database: string
  readonly query: string
  readonly passwordFile: string | undefined
  readonly timeout: number
  /** What names of files in `database` are relative to. */
  readonly directory: string
}

function openUsers({ database: url, query: sql, passwordFile, timeout, directory }: Source): Database {
  if (passwordFile !== undefined && url.startsWith('sqlite:')) throw new Error('SQLite has no `password_file`')
  checkUserQuery(sql)
  const password = passwordFile === undefined ? undefined : () => firstLine(passwordFile)
  return openDatabase({
    url,
    query: (mark) => readQuery(sql, { names: USER_PLACES, mark }),
    most: 2,
    password,
    user: passwordFile ?? '',
    links: new SharedLinks(),
    timeout,
    directory,
  })
}

function secretIn(rows: Rows): Secret | undefined {
  const [[value] = [], more] = rows
  if (more !== undefined) throw new BackendFault('the query answers more than one row')
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new BackendFault('the first column is no text')
  return value === '' ? undefined : readSecret(value)
}
