/**
 * Lists: typed sets with a reason per entry, built once and asked often.
 *
 * The file form is qpsmtpd's: one entry a line, then optional white space and a reason.
 */
import type { FactValue } from './fact.ts'
import type { Truth } from './truth.ts'
import { isReturnCode, type ReturnCode } from './verdict.ts'

export const LIST_KINDS = {
  ip: 'Address, network in CIDR form, or prefix ending in a dot or a colon',
  domain: 'example.org, or .example.org for every name below it',
  address: 'user@example.org, @example.org, example.org, or .example.org for every domain below it',
  pattern: 'Regular expression, found anywhere in the text, case ignored',
  address_or_pattern: 'Address or @domain; an entry with one of / ^ $ * + ! % ? \\ is a regular expression',
  host_or_pattern:
    'Host name; an entry with one of { } [ ] ( ) ^ $ | * + ? \\ is a regular expression, one that starts with ! an inverted one',
  pair: 'Two columns: sender (or @domain), recipient (or @domain)',
  string: 'Text, case ignored',
  phrase: 'The whole line, blanks included, case ignored; between two / a regular expression, found anywhere',
  address_code:
    'Address or /regular expression/, then a return code such as DENY, then optionally a text for the client',
  recipient:
    'user@example.org, user (in every domain), or @example.org; the most particular one decides; then optionally a colon or white space and what belongs to it',
  route:
    'user@example.org, example.org, or .example.org; the most particular one decides; then optionally a colon or white space and what belongs to it',
  zone: 'DNS zone, then optionally a colon or white space and a message for the client; %IP% is the client',
} as const
export type ListKind = keyof typeof LIST_KINDS

export interface ListEntry {
  /** As written. */
  readonly text: string
  /** What follows the entry on its line; absent when nothing does. */
  readonly reason: string | undefined
  /** `lists/badmailfrom:12`, or the place in the YAML file for an entry written there. */
  readonly at: string
}

export interface ListIndex {
  readonly kind: ListKind
  /** `file` for a list file, else where the list was written. */
  readonly source: string
  readonly size: number
  /**
   * The first entry, in the order written, that holds for the value (`recipient`, `route`: the most particular);
   * undefined when none does.
   */
  find(value: FactValue): ListEntry | undefined
  /** All entries in order. For words that ask each of them, such as dnsbl. */
  entries(): Iterable<ListEntry>
}

/** What a list says about one value, at hand or outside. */
export interface ListAnswer {
  readonly truth: Truth
  /** The value or list entry that made it hold, or why nobody knows; for the trace. */
  readonly because?: string
  readonly entry?: ListEntry
}

/** `DENY No such user`: the return code that a reason begins with, if any, and what follows it. */
export function splitCode(reason: string): readonly [code: ReturnCode | undefined, text: string] {
  const [, first = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(reason) ?? []
  return isReturnCode(first) ? [first, rest] : [undefined, '']
}
