/**
 * auth_sql: the user's secret is what a query answers (qpsmtpd auth_vpopmail_sql).
 *
 * The first column of the one row is the secret, in a form of secret.ts. No row, or NULL, is no such user; more than one
 * row is unknown. Serves every mechanism that the secrets allow.
 */
import { defineMatcher } from '../../core/word.ts'
import { BackendFault, TIMEOUT } from './login.ts'
import type { Ask, Rows } from './database.ts'
import { postgresDatabase } from './postgres.ts'
import { readSecret, type Secret } from './secret.ts'
import { sqliteDatabase } from './sqlite.ts'
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
        description: '`sqlite:FILE`, or a URL of PostgreSQL without a password',
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
        minLength: 1,
        description: 'PostgreSQL: file whose first line is the password for the database',
      },
      timeout: TIMEOUT,
    },
    required: ['database', 'query'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  compile({ database, query, password_file: passwordFile, timeout }) {
    const ask = openDatabase({ database, query, passwordFile, timeout })
    let decoy: Secret | undefined
    return storedMatcher(timeout, async (name) => {
      const secret = secretIn(await ask(name))
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
}

function openDatabase({ database, query, passwordFile, timeout }: Source): Ask {
  if (/^postgres(?:ql)?:/.test(database)) return postgresDatabase(query, { url: database, passwordFile, timeout })
  if (passwordFile !== undefined) throw new Error('only PostgreSQL has a `password_file`')
  if (database.startsWith('sqlite:')) return sqliteDatabase(database.slice('sqlite:'.length), query)
  throw new Error(`the database is \`sqlite:FILE\` or \`postgres://…\`, not \`${database.split(':', 1)[0]}\``)
}

function secretIn(rows: Rows): Secret | undefined {
  const [value, more] = rows
  if (more !== undefined) throw new BackendFault('the query answers more than one row')
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new BackendFault('the first column is no text')
  return value === '' ? undefined : readSecret(value)
}
