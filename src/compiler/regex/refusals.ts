/**
 * What Perl's regular expressions have and linear-time ones do not, each with the way out.
 *
 * qpsmtpd's lists hold Perl patterns; most run as they are. The rest should say so at load, in plain words.
 */
import type { Token } from './tokens.ts'

export interface Refusal {
  /** `not-linear`: no linear-time engine can have it. `syntax`: it is written another way, or means nothing here. */
  readonly kind: 'syntax' | 'not-linear'
  readonly problem: string
  /** What stands under the culprit. */
  readonly label?: string
  /** The way out, where the problem does not name it. */
  readonly help?: string
}

interface Row extends Refusal {
  readonly shape: RegExp
}

function notLinear(shape: RegExp, problem: string, help: string): Row {
  return { shape, kind: 'not-linear', problem, label: 'not in RE2', help }
}

function perl(shape: RegExp, problem: string): Row {
  return { shape, kind: 'syntax', problem }
}

const BOTH = 'ask for two patterns, joined by `all:`'
const UNLESS = 'put the pattern that must not match under `unless:`'
const WRITE_OUT = 'write the cases out, `(a|b)`, or give each a pattern of its own: `regex: [ … ]`'

const GROUPS: readonly Row[] = [
  notLinear(/^\(\?=/, 'look-ahead `(?=` cannot run in linear time', BOTH),
  notLinear(/^\(\?!/, 'look-ahead `(?!` cannot run in linear time', UNLESS),
  notLinear(/^\(\?<=/, 'look-behind cannot run in linear time', BOTH),
  notLinear(/^\(\?<!/, 'look-behind cannot run in linear time', UNLESS),
  notLinear(/^\(\?P=/, 'a back-reference cannot run in linear time', WRITE_OUT),
  notLinear(/^\(\?(?:R\)?$|[+-]?\d|&|P>)/, 'a pattern that calls itself cannot run in linear time', WRITE_OUT),
  notLinear(/^\(\?\(/, 'a conditional group cannot run in linear time', WRITE_OUT),
  perl(/^\(\?>/, 'an atomic group `(?>` is not needed, nothing is tried twice: write `(?:`'),
  perl(/^\(\?#/, 'a comment `(?#…)` cannot stand in a pattern: leave it out'),
  perl(/^\(\?\|/, 'a branch reset `(?|` is not needed, groups have no numbers here: write `(?:`'),
  perl(/^\(\?[a-zA-Z^-]*[^imsU<P:)-][a-zA-Z^-]*[:)]?$/, 'the only flags are `i`, `m`, `s` and `U`'),
]

const REFERENCES: readonly Row[] = [
  notLinear(/^\\(?:[1-9]|[kg])/, 'a back-reference cannot run in linear time', WRITE_OUT),
]

const ESCAPES: readonly Row[] = [
  perl(/^\\Z/, '`\\Z` is not known: write `$` for the end of the text'),
  perl(/^\\h/, '`\\h` is not known: write `[ \\t]`'),
  perl(/^\\H/, '`\\H` is not known: write `[^ \\t]`'),
  perl(/^\\N/, '`\\N` is not known: write `[^\\n]`'),
  perl(/^\\R/, '`\\R` is not known: write `\\r?\\n`'),
  perl(/^\\V/, '`\\V` is not known: write `[^\\n\\r]`'),
  perl(/^\\[KGXC]/, 'this escape of Perl has no meaning here: leave it out'),
  perl(/^\\[lLuUE]/, 'escapes that change the case have no meaning here: leave it out'),
  perl(/^\\e/, '`\\e` is not known: write `\\x1b`'),
  perl(/^\\c/, 'control characters are written by number, such as `\\x01`'),
  perl(/^\\$/, 'a backslash at the end escapes nothing'),
]

const POSSESSIVE: Refusal = {
  kind: 'syntax',
  problem: 'a possessive quantifier is not needed, nothing is tried twice: leave the second `+` out',
}

export function refusalOf({ kind, text }: Token): Refusal | undefined {
  if (kind === 'repeat') return text.length > 1 && text.endsWith('+') ? POSSESSIVE : undefined
  if (kind === 'open' || kind === 'flags') return GROUPS.find(({ shape }) => shape.test(text))
  if (kind === 'escape') return [...REFERENCES, ...ESCAPES].find(({ shape }) => shape.test(text))
  return kind === 'member' ? ESCAPES.find(({ shape }) => shape.test(text)) : undefined
}
