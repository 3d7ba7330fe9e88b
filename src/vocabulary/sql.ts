/**
 * sql: a query finds a row about several facts.
 *
 * Each `${fact}` is a parameter of the query: nothing that a client says becomes SQL. The first row counts; its columns are
 * found. The query only reads, in a connection that may not write.
 */
import type { HookContext } from '../core/context.ts'
import { Unknown } from '../core/truth.ts'
import { defineMatcher } from '../core/word.ts'
import { CACHE, checkSecret, inquire, textsOf, TIMEOUT, unknown } from './shared/ask-outside.ts'
import { checkQuery, columnsOf } from './shared/sql-text.ts'

export const sql = defineMatcher({
  name: 'sql',
  summary: 'A query of a database finds a row',
  reference: 'Postfix pgsql_table(5), mysql_table(5), sqlite_table(5)',
  stage: 'accept',
  options: {
    type: 'object',
    properties: {
      database: {
        type: 'string',
        minLength: 1,
        description: '`sqlite:FILE`, or a URL of PostgreSQL or MySQL, without a password',
        examples: ['postgres://postern@db.example.org/mail'],
      },
      query: {
        type: 'string',
        minLength: 1,
        'x-text': true,
        description: 'SELECT, with facts in it: each is a parameter, so it stands without quotes. Absent is NULL',
        examples: ['SELECT action, reason FROM access WHERE sender = ${sender} AND client = ${remote_ip}'],
      },
      password: {
        type: 'string',
        description: '`env:NAME` or `file:PATH`: where the password is; the database asks for none without it',
      },
      timeout: TIMEOUT,
      cache: CACHE,
    },
    required: ['database', 'query'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: { NAME: 'This column of the first row; absent when it is NULL' },
  findsOf: ({ query }) => columnsOf(query),
  compile({ database, query, password, timeout, cache }, tools) {
    const template = tools.template('query')
    checkQuery('query', template)
    checkSecret('password', password)
    const columns = columnsOf(query)
    const question = { kind: 'sql', database, text: template.parts, columns, password, timeout, cache } as const
    const texts = textsOf(template)
    const asked = (context: HookContext) => {
      const values = texts(context)
      return values instanceof Unknown ? unknown(values) : { values }
    }
    return inquire({ question, asked }, tools)
  },
})
