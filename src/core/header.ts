/**
 * Header fields (RFC 5322 section 2.2): raw octets beside the unfolded value.
 *
 * `makeField` is the only way to a new field; it is where CR, LF and NUL of attackers' text end.
 */
export interface HeaderField {
  /** As written. */
  readonly name: string
  /** Lower case, for comparison. */
  readonly key: string
  /** Unfolded and trimmed; octets above 127 as UTF-8 where they are, else as Latin-1. */
  readonly value: string
  /** With its CRLF. */
  readonly raw: Buffer
}

export declare function parseHeader(octets: Buffer): Iterable<HeaderField>
export declare function makeField(name: string, value: string): HeaderField
