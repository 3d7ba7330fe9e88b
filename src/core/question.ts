/**
 * Questions that words ask outside, made of several facts: of a database, a directory, a web service.
 *
 * A question is fixed when rules are loaded, but for its places: a value never becomes part of SQL, and is escaped in a
 * filter (RFC 4515) and in a URL (RFC 3986). No password stands in it: `env:NAME` or `file:PATH` names one.
 */
import type { FactType } from './fact.ts'

/** Where a value comes in. Values of `env.NAME` may be secrets: people are shown the name. */
export interface QuestionPlace {
  /** As in rules: `sender.domain`. */
  readonly name: string
  readonly type: FactType
}

export type QuestionText = readonly (string | QuestionPlace)[]

interface AnyQuestion {
  readonly text: QuestionText
  /** Milliseconds for the answer. */
  readonly timeout: number
  /** Milliseconds for which other sessions get the same answer; 0 for those who ask anew. */
  readonly cache: number
  /** `env:NAME` or `file:PATH`. */
  readonly password: string | undefined
}

export interface SqlQuestion extends AnyQuestion {
  readonly kind: 'sql'
  /** `sqlite:FILE`, `postgres://…`, `mysql://…` */
  readonly database: string
  /** Names for what a row has, in its order. */
  readonly columns: readonly string[]
}

export interface LdapQuestion extends AnyQuestion {
  readonly kind: 'ldap'
  /** `ldap://HOST:PORT`, `ldaps://…` */
  readonly url: string
  readonly base: string
  readonly scope: 'sub' | 'one' | 'base'
  readonly attributes: readonly string[]
  readonly bindDn: string | undefined
  readonly tls: 'required' | 'none'
  readonly caFile: string | undefined
}

export interface HttpQuestion extends AnyQuestion {
  readonly kind: 'http'
  readonly method: 'GET' | 'POST'
  /** What the answer is read for: `action`, `result.score`. */
  readonly paths: readonly string[]
  /** Octets of the answer. */
  readonly most: number
  readonly caFile: string | undefined
  /** File with the key of its signatures; then answers without one do not count. */
  readonly publicKey: string | undefined
  /** Facts that are sent as JSON. */
  readonly send: readonly QuestionPlace[]
}

export type QuestionDraft = SqlQuestion | LdapQuestion | HttpQuestion
export type QuestionKind = QuestionDraft['kind']

export type Question = QuestionDraft & {
  /** What names of files are relative to. */
  readonly directory: string
  /** The same for two questions that are alike in everything. */
  readonly id: string
}

/** What comes into the places of one question; undefined for what is absent. */
export interface Asked {
  readonly values: readonly (string | undefined)[]
  /** JSON that is sent along. */
  readonly body?: string
}

/** What was found, by the name under which rules read it. What is not there has no name here. */
export type QuestionAnswer =
  | { readonly kind: 'found'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly because: string }

/** Questions are the same when everything about them is. */
export function placed(draft: QuestionDraft, directory: string): Question {
  return { ...draft, directory, id: JSON.stringify([directory, ...Object.entries(draft).toSorted(byName)]) }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

/** Who is asked, as people and sessions name it. */
export function askedOf(question: QuestionDraft): string {
  if (question.kind === 'sql') return question.database
  if (question.kind === 'ldap') return `${question.url}/${question.base}`
  const [start = ''] = question.text
  return typeof start === 'string' ? (/^[^/]*\/\/[^/?#]*/.exec(start)?.[0] ?? start) : ''
}

type Write = (place: QuestionPlace, index: number) => string

function fillIn(text: QuestionText, write: Write): readonly string[] {
  let index = -1
  return text.map((part) => {
    if (typeof part === 'string') return part
    index += 1
    return write(part, index)
  })
}

/** A value as it stands in the question. For a database this is for people alone: it is given parameters. */
const WRITTEN: Readonly<Record<QuestionKind, (value: string | undefined) => string>> = {
  sql: (value) => (value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`),
  ldap: (value = '') => value.replace(/[*()\\\0]/g, escaped),
  http: (value = '') => encodeURIComponent(value.toWellFormed()),
}

/** RFC 4515 section 3. */
function escaped(character: string): string {
  return `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

/** The filter, or the URL, as it is sent. */
export function questionSent({ kind, text }: LdapQuestion | HttpQuestion, { values }: Asked): string {
  return fillIn(text, (_, index) => WRITTEN[kind](values[index])).join('')
}

/** What is asked, as people and sessions write it: in one line, without what may be secret. */
export function questionShown(question: QuestionDraft, { values, body }: Asked): string {
  const { kind, text } = question
  const fixed = text.map((part) => (typeof part === 'string' ? SHOWN[kind](part) : part))
  const shown = fillIn(fixed, ({ name }, index) =>
    name.startsWith('env.') ? `\${${name}}` : WRITTEN[kind](values[index]),
  ).join('')
  if (question.kind !== 'http') return shown.trim()
  return `${question.method} ${shown.slice(askedOf(question).length)}${body === undefined ? '' : ` ${body}`}`
}

const SECRET = /([?&][^=&]*(?:auth|key|pass|secret|sig|token)[^=&]*=)[^&#]+/gi

const SHOWN: Readonly<Record<QuestionKind, (fixed: string) => string>> = {
  sql: (fixed) => fixed.replace(/\s+/g, ' '),
  ldap: (fixed) => fixed,
  http: (fixed) => fixed.replace(SECRET, '$1…'),
}
