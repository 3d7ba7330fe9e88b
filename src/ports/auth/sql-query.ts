/** A query about a user: `:user`, `:local` (before the last `@`) and `:domain` stand for the name. */
import { type Query, type QueryValues, readQuery } from '../sql/query.ts'
import type { UserName } from './login.ts'

export const USER_PLACES = ['user', 'local', 'domain'] as const satisfies readonly (keyof UserName)[]

/** Throws an Error with a plain sentence for a query that does not ask for the user. */
export function checkUserQuery(sql: string): Query {
  const query = readQuery(sql, { names: USER_PLACES, mark: String })
  if (!query.places.some((place) => place !== 'domain')) throw new Error('the query must have :user or :local')
  return query
}

/** A name without a domain has NULL for it, which equals nothing. */
export function userValues(name: UserName): QueryValues {
  return new Map(USER_PLACES.map((place) => [place, name[place]]))
}
