/** The lists a plugin may name: its own, its list parameters, and the site's `local_domains`. */
import type { ListIndex, ListKind } from '../../core/list.ts'
import type { SourceSpec } from '../../core/source.ts'
import type { Span } from '../../language/diagnostic.ts'

export interface NamedList {
  readonly name: string
  readonly kind: ListKind
  readonly at: Span
  /** At hand; undefined for a list outside. */
  readonly index: ListIndex | undefined
  /** Outside, asked key by key. */
  readonly source?: SourceSpec
  /** Of a list that each recipient has of its own: what is asked for those who have none. */
  readonly otherwise?: NamedList
  /** That nobody has one is nothing to speak of. */
  readonly isOptional?: boolean
}

export class ListRegistry {
  readonly #lists: ReadonlyMap<string, NamedList>

  constructor(lists: Iterable<NamedList>) {
    this.#lists = new Map([...lists].map((list) => [list.name, list]))
  }

  get(name: string): NamedList | undefined {
    return this.#lists.get(name)
  }

  get names(): readonly string[] {
    return [...this.#lists.keys()]
  }
}
