/**
 * Regular expressions between slashes, as Postfix, Haraka and Perl write them: here the slashes are part of the pattern,
 * and `/^dsl/i` finds nothing.
 */

export const IN_SLASHES = {
  problem: 'the slashes are part of the pattern, so it finds nothing of what was meant',
  help: 'patterns stand without slashes and ignore case; `(?-i)` in front makes them heed it',
} as const

/** The shape: what is inside has no slash of its own that is not escaped. */
const SHAPE = /^\/(?<inner>(?:\\.|[^\\/])+)\/(?<flags>[gimosu]*)$/s

/**
 * The pattern that was meant; undefined for one that may look for slashes, such as `/unsubscribe/` in an address on the
 * web: without a flag, and without an anchor that the slash makes impossible.
 */
export function withoutSlashes(pattern: string): string | undefined {
  const { inner = '', flags = '' } = SHAPE.exec(pattern)?.groups ?? {}
  const isMeant = flags !== '' || inner.startsWith('^') || /(?<!\\)(?:\\\\)*\$$/.test(inner)
  if (inner === '' || !isMeant) return undefined
  const kept = [...new Set(flags)].filter((flag) => flag === 'm' || flag === 's').join('')
  return kept === '' ? inner : `(?${kept})${inner}`
}
