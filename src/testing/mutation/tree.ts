/** Changes one node of a tree and leaves the rest as it is: trees are never changed in place. */
import type { MapEntry, MapNode, SeqNode, YamlNode } from '../../language/node.ts'

/** `undefined` leaves the node out: an item of a list, or an entry with its key. */
export function replaceNode(root: MapNode, target: YamlNode, by: YamlNode | undefined): MapNode {
  const changed = change(root, target, by)
  return changed?.kind === 'map' ? changed : root
}

function change(node: YamlNode, target: YamlNode, by: YamlNode | undefined): YamlNode | undefined {
  if (node === target) return by
  if (node.kind === 'scalar' || !holds(node, target)) return node
  if (node.kind === 'seq') return { ...node, items: node.items.flatMap((item) => change(item, target, by) ?? []) }
  const entries = node.entries.flatMap(({ key, value }): readonly MapEntry[] => {
    const changed = change(value, target, by)
    return changed ? [{ key, value: changed }] : []
  })
  return { ...node, entries }
}

/** By place: a tree is gone down only where the target can be. */
function holds({ at }: YamlNode, { at: { range } }: YamlNode): boolean {
  return at.range.start.offset <= range.start.offset && range.end.offset <= at.range.end.offset
}

/** Two neighbours change places. */
export function swapItems(root: MapNode, list: SeqNode, index: number): MapNode {
  const items = [...list.items]
  const [first, second] = [items[index], items[index + 1]]
  if (!first || !second) return root
  items.splice(index, 2, second, first)
  return replaceNode(root, list, { ...list, items })
}
