/**
 * An SQL query with named places, such as `:user`.
 *
 * They become parameters of the database's own kind; nothing of what is asked for is ever part of the text. Quoted text,
 * comments and casts (`::text`) are left alone.
 */

export interface Query {
  readonly text: string
  /** What the parameters stand for, in their order. */
  readonly places: readonly string[]
}

/** By the name of the place; what is not there is NULL, which equals nothing. */
export type QueryValues = ReadonlyMap<string, string | undefined>

/** Writes a parameter by its number from 1. */
export type Mark = (number: number) => string

/** The query with parameters as the database writes them. */
export type MakeQuery = (mark: Mark) => Query

export interface QueryForm {
  /** The names that may stand behind a colon. */
  readonly names: readonly string[]
  readonly mark: Mark
}

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--.*|\/\*[^]*?\*\/|::|:[A-Za-z_]\w*/g

/** Throws an Error with a plain sentence. */
export function readQuery(sql: string, { names, mark }: QueryForm): Query {
  const places: string[] = []
  const text = sql.replace(TOKEN, (token) => {
    if (!token.startsWith(':') || token === '::') return token
    const place = token.slice(1)
    if (!names.includes(place)) throw new Error(`the query has ${token}; ${known(names)}`)
    places.push(place)
    return mark(places.length)
  })
  return { text, places }
}

/** `:user, :local and :domain are known` */
function known(names: readonly string[]): string {
  const marked = names.map((name) => `:${name}`)
  const last = marked.pop() ?? 'none'
  return marked.length === 0 ? `${last} is known` : `${marked.join(', ')} and ${last} are known`
}

export function valuesFor({ places }: Query, values: QueryValues): readonly (string | null)[] {
  return places.map((place) => values.get(place) ?? null)
}
