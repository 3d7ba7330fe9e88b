/**
 * Lists outside, named by URL: `SCHEME:PLACE`, and behind `#` what Postern is to do there, as `name=value&name=value`.
 *
 * What stands before the `#` is the server's own URL and is left alone. A value is percent-decoded, so `%26` is an
 * ampersand. No password stands here: `password=env:NAME` or `password=file:PATH` names it.
 *
 * A source that is `perRecipient` (`own:`, or `per=rcpt`) has a whole list for each recipient: it is asked for the recipient,
 * and what it answers is the list.
 */
import type { ListKind } from './list.ts'
import { isKeyOf } from './table.ts'

const SOURCE_SCHEMES = {
  cdb: 'Constant database of D. J. Bernstein, as `cdb` and qmail make it',
  sqlite: 'SQLite file',
  postgres: 'PostgreSQL',
  mysql: 'MySQL or MariaDB',
  redis: 'Redis or Valkey',
  rediss: 'Redis or Valkey, with TLS',
  ldap: 'Directory',
  ldaps: 'Directory, with TLS from the start',
  http: 'List or map on a web server; on this machine, or signed',
  https: 'List or map on a web server',
  dns: 'DNS zone',
  files: 'Directory with a file for each key, whose text is the value',
  qmail: 'qmail on this machine: what its own files say about an address, as codes of Qmail::Deliverable',
  own: "Recipients' own files: of this name where `own_files` says, or a path with %u, %h or %a in it",
} as const
export type SourceScheme = keyof typeof SOURCE_SCHEMES

export interface SourceSpec {
  readonly scheme: SourceScheme
  /** Between the scheme's colon and `#`, as written. */
  readonly place: string
  readonly parameters: ReadonlyMap<string, string>
  /** What names of files are relative to. */
  readonly directory: string
  readonly kind: ListKind
  /** A value is one text with all its lines, such as a policy. */
  readonly isText?: boolean
  /** Asked for a recipient, it answers with the entries of a list. */
  readonly perRecipient?: boolean
  /** For people and fixtures: the URL as written, without what may be secret. */
  readonly shown: string
  /** The same for two sources that are alike in everything. */
  readonly id: string
}

const URL_START = /^([a-z]+):(?!\s)/
const OTHER_NAMES: ReadonlyMap<string, SourceScheme> = new Map([['postgresql', 'postgres']])

/** Whether a text that names a list names one outside; everything else is a file. */
export function schemeOf(text: string): SourceScheme | undefined {
  const [, name = ''] = URL_START.exec(text) ?? []
  return OTHER_NAMES.get(name) ?? (isKeyOf(SOURCE_SCHEMES, name) ? name : undefined)
}

export interface SourceText {
  readonly url: string
  readonly kind: ListKind
  readonly directory: string
  readonly isText?: boolean
  /** As if they stood behind the `#`. */
  readonly parameters?: ReadonlyMap<string, string>
}

/** Throws an Error with a plain sentence that does not repeat the URL. */
export function readSource(text: SourceText): SourceSpec {
  const { url, kind, directory, isText = false, parameters: more = new Map() } = text
  const scheme = schemeOf(url)
  if (!scheme) throw new Error(`a source begins with one of ${Object.keys(SOURCE_SCHEMES).join(', ')} and a colon`)
  const [before = '', ...behind] = url.split('#')
  const place = before.slice(before.indexOf(':') + 1)
  if (place === '' || place === '//') throw new Error(`nothing stands behind \`${scheme}:\``)
  if (/^\/\/[^/?]*:[^/?]*@/.test(place))
    throw new Error('a password has no place in rules; write `#password=env:NAME` or `#password=file:PATH`')
  const parameters = new Map([...parametersIn(behind.join('#')), ...more])
  const perRecipient = isPerRecipient(scheme, parameters)
  const shown = shownUrl(scheme, place, parameters)
  return {
    scheme,
    place,
    parameters,
    directory,
    kind,
    ...(isText && { isText }),
    ...(perRecipient && { perRecipient }),
    shown,
    id: JSON.stringify([scheme, place, directory, kind, isText, inOrder(parameters)]),
  }
}

function isPerRecipient(scheme: SourceScheme, parameters: ReadonlyMap<string, string>): boolean {
  const per = parameters.get('per')
  if (per !== undefined && per !== 'rcpt') throw new Error('`per` is `rcpt`: a list for each recipient')
  return per === 'rcpt' || scheme === 'own'
}

/** A bare name is looked for where rules at `user_config` say that the recipient's own files are. */
export function isOwnName({ scheme, place }: Pick<SourceSpec, 'scheme' | 'place'>): boolean {
  return scheme === 'own' && !place.includes('/')
}

/** What is wrong with a path that stands for one for each recipient. */
export function ownTemplateFault(path: string): string | undefined {
  const [, strange] = /%([^uha]|$)/.exec(path) ?? []
  if (strange !== undefined) return `\`%${strange}\` stands for nothing: there are %u, %h and %a`
  if (!/%[uha]/.test(path)) return "a path of recipients' own files has %u, %h or %a in it"
  return path.includes('#') ? 'no `#` can stand in a path of own files' : undefined
}

function inOrder(parameters: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...parameters].toSorted(([one], [other]) => (one < other ? -1 : 1))
}

function parametersIn(text: string): readonly (readonly [string, string])[] {
  const pairs = text.split('&').filter((pair) => pair !== '')
  return pairs.map((pair) => {
    const [name = '', ...value] = pair.split('=')
    if (value.length === 0) throw new Error(`behind \`#\` stands \`name=value\`, not \`${name}\``)
    return [name, decoded(value.join('='))]
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('a `%` behind `#` is written `%25`')
  }
}

/** What a web server is asked with may be a key to it. */
function shownUrl(scheme: SourceScheme, place: string, parameters: ReadonlyMap<string, string>): string {
  const bare = scheme.startsWith('http') ? place.replace(/\?[^#]*/, '?…') : place
  const own = Array.from(parameters, ([name, value]) => `${name}=${value}`).join('&')
  return `${scheme}:${bare}${own === '' ? '' : `#${own}`}`
}

/** A source that is loaded whole, or lists values themselves: it is asked for the value and for nothing around it. */
export function takesWholeValue({ scheme, place }: Pick<SourceSpec, 'scheme' | 'place'>): boolean {
  return scheme === 'dns' || scheme === 'files' || scheme === 'qmail' || isLoadedWhole({ scheme, place })
}

/** A web server's list, unless its URL has a place for the key. */
export function isLoadedWhole({ scheme, place }: Pick<SourceSpec, 'scheme' | 'place'>): boolean {
  return (scheme === 'http' || scheme === 'https') && !place.includes('{key}')
}
