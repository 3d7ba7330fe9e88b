/**
 * What must not be printed of a configuration: passwords, and what a web server is asked with. References to secrets
 * (`env:NAME`, `file:PATH`) are names, and stay: nobody reads what they refer to.
 */

const SECRET_NAME = /(?:^|[_.-])(?:pass|passwd|password|secrets?|token|api_?key|authorization|credentials?)$/i
const REFERENCE = /^(?:env|file):/

/** `mysql://user:password@host` */
export const URL_PASSWORD = /(:\/\/[^/\s:@]*:)([^@\s/]+)(?=@)/g
const URL_QUERY = /^(https?:[^\s?#]*)\?[^\s#]*(?=#\S*$|$)/

export const CONCEALED = '***'

/** Whether a value under this name is a secret. */
export function isSecret(name: string, value: unknown): boolean {
  return SECRET_NAME.test(name) && !(typeof value === 'string' && REFERENCE.test(value)) && typeof value !== 'boolean'
}

/** Plain JSON without secrets. `known`: texts that are secrets wherever they stand. */
export function concealed(value: unknown, name: string, known: readonly string[] = []): unknown {
  if (isSecret(name, value)) return CONCEALED
  if (typeof value === 'string') return concealedText(value, known)
  if (Array.isArray(value)) return value.map((one: unknown) => concealed(one, name, known))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [key, concealed(one, key, known)]),
  )
}

function concealedText(text: string, known: readonly string[]): string {
  const bare = known.reduce((so, secret) => so.replaceAll(secret, CONCEALED), text)
  return bare.replace(URL_PASSWORD, (_, before: string) => before + CONCEALED).replace(URL_QUERY, '$1?…')
}
