/**
 * YAML traps: text that YAML reads as something else, in silence or with words only YAML experts understand.
 *
 * Works on tokens, so that each finding covers exactly what the admin typed. One table says which token may be which
 * trap (yaml-trap-table.ts).
 */
import type { Report } from '../diagnostic.ts'
import type { SourceText } from '../source-text.ts'
import { type Leaf, Scan, type Traps } from './scan.ts'
import { reportUnusedAnchors, TRAPS } from './trap-table.ts'

/** Reports every trap in the file. */
export function findTraps(leaves: readonly Leaf[], source: SourceText, report: Report): Traps {
  const scan = new Scan(leaves, source, report)
  leaves.forEach((leaf, index) => {
    if (leaf.type === 'flow-map-start' || leaf.type === 'flow-seq-start') scan.flowDepth += 1
    if (leaf.type === 'flow-map-end' || leaf.type === 'flow-seq-end') scan.flowDepth -= 1
    if (leaf.offset >= scan.done) TRAPS[leaf.type]?.(leaf, scan, index)
  })
  reportUnusedAnchors(scan)
  return scan
}
