/** The lists a plugin may name: its own, its list parameters, and the site's `local_domains`. */
import type { ListIndex, ListKind } from '../core/list.ts'
import type { Span } from '../language/diagnostic.ts'

export interface NamedList {
  readonly name: string
  readonly kind: ListKind
  readonly at: Span
  readonly index: ListIndex
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
