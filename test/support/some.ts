/** For tests that are made of what a folder, a page or a table holds: a loop over nothing would test nothing. */

/** The same; throws when there is none. */
export function some<T>(found: Iterable<T>, what: string): readonly T[] {
  const all = [...found]
  if (all.length === 0) throw new Error(`there are no ${what} to test`)
  return all
}
