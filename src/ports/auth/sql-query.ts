/**
 * An SQL query with named places for the user: `:user`, `:local` (before the last `@`) and `:domain`.
 *
 * They become parameters of the database's own kind; nothing of the user is ever part of the text. Quoted text, comments
 * and casts (`::text`) are left alone.
 */
import type { UserName } from './login.ts'

type Place = keyof UserName

export interface Query {
  readonly text: string
  /** What the parameters stand for, in their order. */
  readonly places: readonly Place[]
}

const PLACES: ReadonlyMap<string, Place> = new Map([
  [':user', 'user'],
  [':local', 'local'],
  [':domain', 'domain'],
])

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--.*|\/\*[^]*?\*\/|::|:[A-Za-z_]\w*/g

/** `mark` writes a parameter by its number from 1. Throws an Error with a plain sentence. */
export function readQuery(sql: string, mark: (number: number) => string): Query {
  const places: Place[] = []
  const text = sql.replace(TOKEN, (token) => {
    if (!token.startsWith(':') || token === '::') return token
    const place = PLACES.get(token)
    if (!place) throw new Error(`the query has ${token}; :user, :local and :domain are known`)
    places.push(place)
    return mark(places.length)
  })
  if (!places.some((place) => place !== 'domain')) throw new Error('the query must have :user or :local')
  return { text, places }
}

/** A name without a domain has NULL for it, which equals nothing. */
export function valuesFor({ places }: Query, name: UserName): readonly (string | null)[] {
  return places.map((place) => name[place] ?? null)
}
