/**
 * What can be seen of an SQL query without a database: that it only reads, where its values come in, what it answers.
 *
 * The database reads it by its own grammar; this knows quotes, comments, parentheses and where a select list ends. A value is
 * a parameter whatever is seen here.
 */
import { OptionFault, type Template, type TemplatePlace } from '../../core/word.ts'

/** Stands for a value. */
const PLACE = '\u0001'
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--.*|\/\*[^]*?\*\/|[A-Za-z_]\w*|\$\d+|\S/g
const QUOTED = /^['"`]/
const COMMENT = /^(?:--|\/\*)/

const AFTER_LIST: ReadonlySet<string> = new Set([
  'EXCEPT',
  'FETCH',
  'FOR',
  'FROM',
  'GROUP',
  'HAVING',
  'INTERSECT',
  'LIMIT',
  'ORDER',
  'UNION',
  'WHERE',
])
/** Words that end an expression, and are no names. */
const NO_NAMES: ReadonlySet<string> = new Set(['END', 'FALSE', 'NULL', 'TRUE'])

/** What stands behind them is a pattern. */
const MATCHING: ReadonlySet<string> = new Set(['GLOB', 'ILIKE', 'LIKE', 'MATCH', 'REGEXP', 'RLIKE', 'SIMILAR', '~'])
/** Words and signs that end a pattern, as far as no parentheses hold it. */
const AFTER_PATTERN: ReadonlySet<string> = new Set([
  'AND',
  'AS',
  'ELSE',
  'END',
  'ESCAPE',
  'IS',
  'OR',
  'THEN',
  ',',
  ')',
  '=',
  ...AFTER_LIST,
])

/**
 * Throws an OptionFault where a value stands in quotes or is a pattern, and an Error with a plain sentence for what is
 * no query.
 */
export function checkQuery(option: string, { parts }: Pick<Template, 'parts'>): void {
  const places = parts.filter((part) => typeof part !== 'string')
  const text = parts.map((part) => (typeof part === 'string' ? part.replaceAll(PLACE, ' ') : PLACE)).join('')
  let seen = 0
  for (const [token] of text.matchAll(TOKEN)) {
    const place = places[seen]
    if (place && token.includes(PLACE)) {
      const what = `\`\${${place.name}}\``
      if (QUOTED.test(token))
        throw new OptionFault(`${what} stands in quotes: it is a value by itself, so leave them away`, {
          option,
          ...place,
        })
      if (COMMENT.test(token)) throw new OptionFault(`${what} stands in a comment`, { option, ...place })
      seen += token.split(PLACE).length - 1
    }
    if (/^\$\d/.test(token)) throw new Error(`the query has \`${token}\`; a value is written \`\${fact}\``)
  }
  checkPatterns(option, tokensIn(text), places)
  columnsOf(text)
}

/** A client that writes patterns writes `%`, which is everybody, and others that take a database for ever. */
function checkPatterns(option: string, tokens: readonly string[], places: readonly TemplatePlace[]): void {
  const left = [...places]
  // In a pattern: how many parentheses are open in it.
  let depth: number | undefined
  for (const token of tokens) {
    const word = token.toUpperCase()
    if (depth === 0 && AFTER_PATTERN.has(word)) depth = undefined
    if (depth !== undefined && token === '(') depth += 1
    if (depth !== undefined && token === ')') depth -= 1
    const place = token === PLACE ? left.shift() : undefined
    if (place && depth !== undefined)
      throw new OptionFault(`\`\${${place.name}}\` is a value, and would be a pattern here: put it to the left`, {
        option,
        ...place,
      })
    if (MATCHING.has(word)) depth = 0
  }
}

/** The names of what a row has, in its order. Throws an Error with a plain sentence when one has none. */
export function columnsOf(query: string): readonly string[] {
  const tokens = tokensIn(query)
  const [first = ''] = tokens
  if (!/^(?:SELECT|WITH)$/i.test(first)) throw new Error('the query begins with SELECT or WITH: it only reads')
  if (tokens.includes(';')) throw new Error('one query, without `;`')
  const names = itemsOf(selectList(tokens)).map(nameOf)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw new Error(`two columns are named \`${twice}\``)
  return names
}

/** Without comments, and without a semicolon at the end. */
function tokensIn(query: string): readonly string[] {
  const tokens = Array.from(query.replaceAll(/\$\{[^}]*\}+/g, PLACE).matchAll(TOKEN), ([token]) => token)
  const read = tokens.filter((token) => !COMMENT.test(token))
  return read.at(-1) === ';' ? read.slice(0, -1) : read
}

/** What stands behind the first SELECT that is in no parentheses. */
function selectList(tokens: readonly string[]): readonly string[] {
  let depth = 0
  let start: number | undefined
  for (const [index, token] of tokens.entries()) {
    if (token === '(') depth += 1
    if (token === ')') depth -= 1
    const word = token.toUpperCase()
    if (depth === 0 && word === 'INTO') throw new Error('the query has INTO: it only reads')
    if (depth > 0) continue
    if (start === undefined && word === 'SELECT') start = index + 1
    else if (start !== undefined && AFTER_LIST.has(word)) return tokens.slice(start, index)
  }
  return start === undefined ? [] : tokens.slice(start)
}

function itemsOf(list: readonly string[]): readonly (readonly string[])[] {
  const items: string[][] = [[]]
  let depth = 0
  for (const token of list) {
    if (token === '(') depth += 1
    if (token === ')') depth -= 1
    if (token === ',' && depth === 0) items.push([])
    else items.at(-1)?.push(token)
  }
  return items
}

function nameOf(item: readonly string[], index: number): string {
  const last = item.at(-1) ?? ''
  const name = /^["`]/.test(last) ? last.slice(1, -1) : last
  if (/^[A-Za-z_]\w*$/.test(name) && !NO_NAMES.has(name.toUpperCase())) return name
  throw new Error(`column ${index + 1} of the query has no name: write \`… AS name\``)
}
