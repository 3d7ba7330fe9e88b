/** The filter that finds a user's entry (RFC 4515), with places for the name: `%u` all of it, `%l` and `%d` its parts. */
import type { UserName } from './login.ts'

/** Throws an Error with a plain sentence for a filter that cannot be one, or does not ask for the user. */
export function checkFilter(filter: string): void {
  if (!/^\(.*\)$/s.test(filter)) throw new Error(`the filter stands in parentheses, as in (${filter})`)
  const unknown = /%(?![uld])./s.exec(filter)?.[0]
  if (unknown !== undefined) throw new Error(`the filter has ${unknown}; %u, %l and %d are known (a % itself is \\25)`)
  if (!/%[ul]/.test(filter)) throw new Error('the filter must have %u or %l, or it finds the same entry for everybody')
}

/** Whatever the user gives stays a value. */
export function fillFilter(
  filter: string,
  { user, local, domain }: UserName,
  escape: (text: string) => string,
): string {
  const values: ReadonlyMap<string, string> = new Map([
    ['%u', user],
    ['%l', local],
    ['%d', domain ?? ''],
  ])
  return filter.replace(/%[uld]/g, (place) => escape(values.get(place) ?? ''))
}
