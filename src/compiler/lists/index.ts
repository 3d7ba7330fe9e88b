/**
 * Builds the index behind a list: entries in, one look-up out.
 *
 * A list is asked for the first entry, in the order written, that holds for a value. Building reads each entry once; an
 * entry that cannot be read is reported and left out, so that one report names them all.
 */
import type { ListIndex, ListKind } from '../../core/list.ts'
import { ADDRESS_FAMILY } from './address-list.ts'
import { DOMAIN_FAMILY } from './domain-list.ts'
import type { Expected, RawEntry } from './entry-store.ts'
import type { Family } from './family.ts'
import { KeyedList } from './keyed-list.ts'
import { NetworkList } from './network-list.ts'
import {
  ADDRESS_CODE_FAMILY,
  ADDRESS_OR_PATTERN_FAMILY,
  HOST_OR_PATTERN_FAMILY,
  PATTERN_FAMILY,
} from './pattern-list.ts'
import { PAIR_FAMILY, PHRASE_FAMILY, STRING_FAMILY, ZONE_FAMILY } from './plain-list.ts'
import { RECIPIENT_FAMILY, ROUTE_FAMILY } from './recipient-list.ts'
import { fault, type ListProblem } from './problem.ts'

export type { ListProblem } from './problem.ts'

export interface GivenEntry extends RawEntry {
  /** `source:line` where the entry stands in a file of lines; any other text where it stands elsewhere. */
  readonly at: string
}

const FAMILIES: Readonly<Record<Exclude<ListKind, 'ip'>, Family>> = {
  domain: DOMAIN_FAMILY,
  address: ADDRESS_FAMILY,
  pattern: PATTERN_FAMILY,
  address_or_pattern: ADDRESS_OR_PATTERN_FAMILY,
  host_or_pattern: HOST_OR_PATTERN_FAMILY,
  pair: PAIR_FAMILY,
  string: STRING_FAMILY,
  phrase: PHRASE_FAMILY,
  address_code: ADDRESS_CODE_FAMILY,
  recipient: RECIPIENT_FAMILY,
  route: ROUTE_FAMILY,
  zone: ZONE_FAMILY,
}

const EMPTY = fault('LST602', 'the entry is empty')

/** `entries` may be a generator: the index keeps none of the objects. */
export function buildList(
  kind: ListKind,
  source: string,
  entries: Iterable<GivenEntry>,
  report: (problem: ListProblem) => void,
): ListIndex {
  const building = new ListBuilder(kind, source, report)
  for (const entry of entries) building.add(entry)
  return building.done()
}

/** A list that is built entry by entry. */
export class ListBuilder {
  readonly #list: NetworkList | KeyedList
  readonly #report: (problem: ListProblem) => void
  #count = 0

  /** What is `expected` need not grow, which takes a while for millions. */
  constructor(kind: ListKind, source: string, report: (problem: ListProblem) => void, expected?: Expected) {
    this.#list =
      kind === 'ip' ? new NetworkList(source, expected) : new KeyedList(kind, source, FAMILIES[kind], expected)
    this.#report = report
  }

  add(entry: GivenEntry): void {
    const found = entry.text === '' ? EMPTY : this.#list.add(entry, entry.at)
    if (found) this.#report({ ...found, at: entry.at, index: this.#count })
    this.#count += 1
  }

  done(): ListIndex {
    this.#list.seal()
    return this.#list
  }
}
