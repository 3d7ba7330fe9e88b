/**
 * `sqlite:FILE`, `postgres://…`, `mysql://…`: a query with `:key` in it, or the names of a table and its columns.
 *
 * The key is a parameter of a prepared statement. The first column of each row is a value. A query with `:local` and
 * `:domain` gets the parts of an address; what has no `@` has no domain.
 */
import type { SourceSpec } from '../../core/source.ts'
import { SharedLinks } from '../shared-links.ts'
import type { Rows } from '../sql/contract.ts'
import { openDatabase } from '../sql/database.ts'
import { type Mark, type QueryValues, readQuery } from '../sql/query.ts'
import { columnText } from '../sql/column-text.ts'
import { type Driver, MOST_VALUES } from './driver.ts'
import { secretIn } from './secret.ts'
import { timeoutOf } from './timeout.ts'

const NAMES = ['key', 'local', 'domain'] as const
const FORMS = 'name a `query`, or a `table` and its `key`'

export const sqlDriver: Driver = {
  parameters: ['query', 'table', 'key', 'value', 'password'],
  read(source) {
    const { scheme, place, directory } = source
    const secret = secretIn(source)
    const sql = queryIn(source)
    const use = {
      url: `${scheme}:${place}`,
      query: (mark: Mark) => readQuery(sql, { names: NAMES, mark }),
      most: MOST_VALUES,
      timeout: timeoutOf(source),
      directory,
      user: source.parameters.get('password') ?? '',
    }
    // Reads the URL and the query; nobody is connected to before the first question.
    openDatabase({
      ...use,
      links: new SharedLinks(),
      password: secret && (() => Promise.reject(new Error('nobody is asked yet'))),
    })
    return (world) => {
      const database = openDatabase({ ...use, links: world.links, password: secret && (() => secret(world)) })
      return {
        ask: async (key) => valuesIn(await database.ask(partsOf(key))),
        close: () => database.close(),
      }
    }
  },
}

function valuesIn(rows: Rows): readonly string[] | undefined {
  return rows.length === 0 ? undefined : rows.map(([first]) => columnText(first) ?? '')
}

function partsOf(key: string): QueryValues {
  const at = key.lastIndexOf('@')
  return new Map([
    ['key', key],
    ['local', at < 0 ? key : key.slice(0, at)],
    ['domain', at < 0 ? undefined : key.slice(at + 1)],
  ])
}

function queryIn({ parameters }: SourceSpec): string {
  const [query, table, key] = ['query', 'table', 'key'].map((name) => parameters.get(name))
  if (query !== undefined) {
    const other = ['table', 'key', 'value'].find((name) => parameters.has(name))
    if (other !== undefined) throw new Error(`\`${other}\` has no effect beside \`query\`: ${FORMS}`)
    if (!/:(?:key|local)\b/.test(query)) throw new Error('the query must have :key or :local')
    return query
  }
  if (table === undefined || key === undefined) throw new Error(`what is asked for? ${FORMS}`)
  const value = parameters.get('value')
  const column = value === undefined ? 'NULL' : identifier(value)
  return `SELECT ${column} FROM ${identifier(table)} WHERE ${identifier(key)} = :key`
}

/** As written, where every database takes it without quotes. */
function identifier(name: string): string {
  if (/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,2}$/.test(name)) return name
  throw new Error(`\`${name}\` is no plain name of a table or column; write a \`query\``)
}
