/** A query of a database. Its values are parameters, and its connections may not write. */
import { secretAt } from '../sources/secret.ts'
import { SharedLinks } from '../shared-links.ts'
import { columnText } from '../sql/column-text.ts'
import type { Rows } from '../sql/contract.ts'
import { openDatabase } from '../sql/database.ts'
import type { Mark, Query } from '../sql/query.ts'
import { type Found, foundText, type ReadQuestion } from './contract.ts'

export const readSql: ReadQuestion<'sql'> = (question) => {
  const { database: url, text, columns, timeout, directory, password } = question
  const secret = password === undefined ? undefined : secretAt(password, directory)
  const use = { url, query: queryOf(text), most: 1, timeout, directory, user: password ?? '', readOnly: true }
  // Reads the URL; nobody is connected to before the first question.
  const notYet = secret && (() => Promise.reject(new Error('nobody is asked yet')))
  openDatabase({ ...use, links: new SharedLinks(), password: notYet })
  return (world) => {
    const opened = openDatabase({ ...use, links: world.links, password: secret && (() => secret(world)) })
    return {
      ask: async ({ values }) =>
        firstRow(await opened.ask(new Map(values.map((value, index) => [String(index), value]))), columns),
      close: () => opened.close(),
    }
  }
}

function queryOf(text: readonly (string | object)[]): (mark: Mark) => Query {
  return (mark) => {
    const places: string[] = []
    const parts = text.map((part) => (typeof part === 'string' ? part : mark(places.push(String(places.length)))))
    return { text: parts.join(''), places }
  }
}

function firstRow([row]: Rows, columns: readonly string[]): Found | undefined {
  if (!row) return undefined
  if (row.length !== columns.length) throw new Error(`the query answers ${row.length} columns, not ${columns.length}`)
  const found = new Map<string, string>()
  for (const [index, name] of columns.entries()) {
    const value = columnText(row[index])
    if (value !== undefined) found.set(name, foundText(value))
  }
  return found
}
