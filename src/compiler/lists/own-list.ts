/**
 * Lists that recipients have of their own: the source is asked for the recipient, and what it answers is the list.
 *
 * Who has none has the list that stands in for it (`else`), or an empty one. One that cannot be read is unknown.
 */
import type { HookContext } from '../../core/context.ts'
import type { ListIndex } from '../../core/list.ts'
import { policyKeys } from '../../core/policy.ts'
import type { SourceAnswer } from '../../core/ports.ts'
import { isOwnName, type SourceSpec } from '../../core/source.ts'
import { listEntries } from '../../language/files/list-file.ts'
import { type Compared, type Comparison, FAILS } from '../rules/comparison.ts'
import { buildList } from './index.ts'
import { ownSource } from './own-book.ts'

export function inOwn(named: SourceSpec, otherwise: Comparison | undefined): Comparison {
  const sourceFor = finder(named)
  const indexes = new Indexes()
  return (value, context) => {
    const source = sourceFor(context)
    if (!source) return otherwise?.(value, context) ?? FAILS
    return ask(source, context).then((found): ReturnType<Comparison> => {
      if (found.kind === 'none') return otherwise?.(value, context) ?? { truth: 'miss', because: found.because }
      return found.kind === 'failed'
        ? unknown(found.because)
        : search(indexes.of(found, source, context), value, found.at)
    })
  }
}

type Search = (index: ListIndex, value: Parameters<Comparison>[0], at: string) => Compared

const search: Search = (index, value, at) => {
  const entry = index.find(value)
  return entry
    ? { truth: 'hit', because: `\`${entry.text}\` at ${entry.at}`, entry }
    : { truth: 'miss', because: `not in ${at}` }
}

function unknown(because: string): Compared {
  return { truth: 'unknown', because }
}

/** The source for this recipient; undefined where it has no files of its own. There are as many as the site has places. */
function finder(named: SourceSpec): (context: HookContext) => SourceSpec | undefined {
  if (!isOwnName(named)) return () => named
  const places = new Map<string, SourceSpec>()
  return ({ recipient }) => {
    const path = recipient?.ownFiles
    if (path === undefined) return undefined
    const source = places.get(path) ?? ownSource(named, path)
    places.set(path, source)
    return source
  }
}

interface Found {
  readonly kind: 'found'
  readonly values: readonly string[]
  readonly at: string
}

type Because = { readonly because: string }
type OwnAnswer = Found | ({ readonly kind: 'none' } & Because) | ({ readonly kind: 'failed' } & Because)

/** Under the whole address, then without its detail, as policies are. */
async function ask(source: SourceSpec, { ports, recipient, signal }: HookContext): Promise<OwnAnswer> {
  const { shown } = source
  if (!ports.sources) return { kind: 'failed', because: `${shown} cannot be asked from here` }
  const keys = policyKeys(recipient?.address ?? { kind: 'null' }).filter(({ key }) => key.includes('@'))
  for (const { key } of keys) {
    if (signal?.aborted) return { kind: 'failed', because: `${shown}: the time is up` }
    const answer: SourceAnswer = await ports.sources.lookup(source, key)
    if (answer.kind === 'found') return { kind: 'found', values: answer.values, at: answer.at ?? `${shown} of ${key}` }
    if (answer.kind === 'failed') return { kind: 'failed', because: `\`${key}\` in ${shown}: ${answer.because}` }
  }
  return { kind: 'none', because: `nothing in ${shown}` }
}

/** What is still the same, to the source, is not read again. */
class Indexes {
  readonly #known = new WeakMap<readonly string[], ListIndex>()

  of(found: Found, { kind }: SourceSpec, { ports }: HookContext): ListIndex {
    const { values, at } = found
    const known = this.#known.get(values)
    if (known) return known
    let faults = 0
    const index = buildList(kind, at, listEntries(values.join('\n'), at), ({ first }) => {
      if (first === undefined) faults += 1
    })
    if (faults > 0) ports.log.write('warn', { at, entries: faults }, "entries of a recipient's own list cannot be read")
    this.#known.set(values, index)
    return index
  }
}
