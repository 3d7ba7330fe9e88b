/** The index of lists whose entries are exact keys or patterns: a hash look-up for each key, then patterns one by one. */
import type { FactValue } from '../../core/fact.ts'
import type { ListEntry, ListIndex, ListKind } from '../../core/list.ts'
import { compileRegex, type Regex } from '../regex/regex.ts'
import { IN_SLASHES, withoutSlashes } from '../regex/slashes.ts'
import { EntryStore, type Expected, type RawEntry } from './entry-store.ts'
import { type Family, isFault, type Reading } from './family.ts'
import { hashText, HashTable } from './hash-table.ts'
import { duplicate, type Fault, fault } from './problem.ts'

interface Pattern {
  readonly entry: number
  readonly holds: (text: string) => boolean
}

export class KeyedList implements ListIndex {
  readonly kind: ListKind
  readonly source: string
  readonly #family: Family
  readonly #store: EntryStore
  readonly #table: HashTable
  /** In the order written. */
  readonly #patterns: Pattern[] = []

  constructor(kind: ListKind, source: string, family: Family, expected?: Expected) {
    this.kind = kind
    this.source = source
    this.#family = family
    this.#store = new EntryStore(source, expected)
    this.#table = new HashTable(expected?.entries)
  }

  get size(): number {
    return this.#store.size
  }

  /** Answers with what is wrong with the entry, if anything; then it is not added. */
  add(raw: RawEntry, at: string): Fault | undefined {
    const reading = this.#family.read(raw)
    if (isFault(reading)) return reading
    const { pattern, key } = reading
    const regex = pattern === undefined ? undefined : compileRegex(pattern, { ignoreCase: true })
    if (regex?.ok === false) return regexFault(reading, regex)
    const entry = this.#store.add(reading.keep ?? raw, at)
    if (regex) this.#patterns.push({ entry, holds: reading.inverted ? (text) => !regex.test(text) : regex.test })
    const first = key === undefined ? -1 : this.#addKey(key, entry)
    return first < 0 ? slashesFault(reading) : duplicate(raw.text, this.#store.entry(first))
  }

  /** Of equal keys the first is the one that is found: its entry, or -1 when this is the first. */
  #addKey(key: string, entry: number): number {
    const hash = hashText(key)
    const first = this.#entryOf(key, hash)
    if (first < 0) this.#table.add(hash, entry)
    return first
  }

  #entryOf(key: string, hash: number): number {
    return this.#table.find(hash, (entry) => this.#keyOf(entry) === key)
  }

  #keyOf(entry: number): string | undefined {
    const reading = this.#family.read(this.#store.raw(entry))
    return isFault(reading) ? undefined : reading.key
  }

  seal(): void {
    this.#store.seal()
  }

  find(value: FactValue): ListEntry | undefined {
    let first = Number.POSITIVE_INFINITY
    for (const key of this.#family.keys(value)) {
      const entry = this.#entryOf(key, hashText(key))
      if (entry >= 0 && entry < first) first = entry
      if (entry >= 0 && this.#family.firstKeyDecides) break
    }
    first = this.#firstPattern(value, first)
    return first < this.#store.size ? this.#store.entry(first) : undefined
  }

  #firstPattern(value: FactValue, before: number): number {
    if (this.#patterns.length === 0) return before
    const texts = this.#family.texts(value)
    for (const { entry, holds } of this.#patterns) {
      if (entry > before) return before
      if (texts.some(holds)) return entry
    }
    return before
  }

  entries(): Iterable<ListEntry> {
    return this.#store.entries()
  }
}

function regexFault({ pattern = '', inverted }: Reading, regex: Extract<Regex, { readonly ok: false }>): Fault {
  const code = regex.kind === 'not-linear' ? 'RGX302' : 'RGX301'
  const range = { offset: regex.offset + (inverted ? 1 : 0), length: regex.length }
  const help = starHelp(pattern) ?? regex.help
  const { label } = regex
  return {
    ...fault(code, `regular expression \`${pattern}\`: ${regex.problem}`, help),
    ...(label !== undefined && { label }),
    range,
  }
}

function slashesFault({ pattern = '', inverted }: Reading): Fault | undefined {
  const meant = withoutSlashes(pattern)
  if (meant === undefined) return undefined
  const { problem, help } = IN_SLASHES
  return {
    ...fault('RGX303', `regular expression \`${pattern}\`: ${problem}`, help),
    severity: 'warning',
    instead: [`${inverted ? '!' : ''}${meant}`],
  }
}

/** Shells and other mail servers say `*` for any text. */
function starHelp(pattern: string): string | undefined {
  if (pattern.startsWith('*@')) return `for the whole domain: \`${pattern.slice(1)}\``
  return pattern.startsWith('*') ? `any text is \`.*\`: \`.${pattern}\`` : undefined
}
