/** Lists at hand that hold something else than before, and the rules that read them. */
import type { ListIndex } from '../../core/list.ts'
import type { Inventory } from './inventory.ts'

export interface ListChange {
  readonly list: string
  readonly added: Apart
  readonly removed: Apart
  /** As `hook plugin/rule`. */
  readonly read_by: readonly string[]
}

export interface Apart {
  readonly count: number
  /** The first of them. */
  readonly some: readonly string[]
}

/** Of each side. */
const MOST_SHOWN = 8

interface Use {
  readonly name: string
  readonly readers: Set<string>
  readonly before: ListIndex | undefined
  readonly after: ListIndex | undefined
}

/** A list that several rules read is told once; one that only one of the sites has is in what became of its rules. */
export function listChanges(before: Inventory, after: Inventory): readonly ListChange[] {
  return usesOf(before, after).flatMap(({ name, readers, before: one, after: other }) => {
    if (!one || !other || one === other) return []
    const [mine, theirs] = [textsOf(one), textsOf(other)]
    const [added, removed] = [apart(theirs, mine), apart(mine, theirs)]
    return added.count + removed.count === 0 ? [] : [{ list: name, added, removed, read_by: [...readers] }]
  })
}

function usesOf(before: Inventory, after: Inventory): readonly Use[] {
  const uses: Use[] = []
  for (const [key, rule] of after.rules)
    for (const { name, index } of rule.lists) {
      const other = before.rules.get(key)?.lists.find((list) => list.name === name)?.index
      const known = uses.find((use) => use.name === name && use.before === other && use.after === index)
      if (known) known.readers.add(key)
      else uses.push({ name, readers: new Set([key]), before: other, after: index })
    }
  return uses
}

function textsOf(index: ListIndex): ReadonlySet<string> {
  return new Set(
    Array.from(index.entries(), ({ text, reason }) => (reason === undefined ? text : `${text}  ${reason}`)),
  )
}

function apart(one: ReadonlySet<string>, other: ReadonlySet<string>): Apart {
  const only = [...one].filter((text) => !other.has(text))
  return { count: only.length, some: only.slice(0, MOST_SHOWN) }
}
