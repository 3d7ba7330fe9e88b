/** Texts that come to mind for a fact, where its values are not written down: patterns say what they look for. */
import type { FactValue } from '../../core/fact.ts'
import { NameTree } from './name-tree.ts'
import { TextSet } from './text-set.ts'
import { type AnyRegion, type Literal, regionAnd, type ValueSet } from './value-set.ts'

export function fits(value: FactValue, literals: ReadonlyMap<string, Literal>): boolean {
  return [...literals.values()].every(({ predicate, wanted }) => predicate.now(value) === wanted)
}

export function holds(region: AnyRegion, text: string): boolean {
  if (region.kind === 'range') return false
  return !regionAnd(region.kind === 'names' ? NameTree.of([text]) : TextSet.of([text.toLowerCase()]), region).isEmpty
}

/** What fits of what comes to mind, and an example if nothing else is known. */
export function texts({ region, literals }: ValueSet, candidates: readonly string[]): readonly string[] {
  const example = region.example()
  const all = [...candidates, ...(example === undefined ? [] : [String(example)])]
  return [...new Set(all)].filter((text) => text !== '' && holds(region, text) && fits(text, literals))
}

export function hintsOf({ literals }: ValueSet): readonly string[] {
  return [...literals.values()].flatMap(({ predicate, wanted }) => (wanted ? predicate.hints : []))
}

/** Names that contain what a careless pattern looks for, and are somebody else's. */
export function foreignNamesLike(hint: string): readonly string[] {
  const bare = bareName(hint)
  return [`elsewhere${bare}`, `${bare}.elsewhere.example`]
}

export function namesLike(hint: string): readonly string[] {
  const bare = bareName(hint)
  return [bare, `client.${bare}`, ...foreignNamesLike(hint)]
}

function bareName(hint: string): string {
  return (hint.split('@').at(-1) ?? '').toLowerCase().replace(/^\./, '')
}

/** Null where it is absent. */
export function textFor(set: ValueSet, candidates: readonly string[]): string | null | undefined {
  const found = texts(set, [...candidates, ...hintsOf(set).flatMap((hint) => [...namesLike(hint), hint])])[0]
  return found ?? (set.absent ? null : undefined)
}
