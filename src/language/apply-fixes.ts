/** Fixes made: which of them can be made together, and what files are with them. Pure. */
import type { Diagnostic, Edit, Fix, Safety } from './diagnostic.ts'

export interface Chosen {
  /** In the order of their findings. */
  readonly made: readonly { readonly diagnostic: Diagnostic; readonly fix: Fix }[]
  /** By file. No two overlap. */
  readonly edits: ReadonlyMap<string, readonly Edit[]>
}

/** Of each finding the first fix that is safe enough; where two touch each other, the first finding's. */
export function chooseFixes(
  diagnostics: readonly Diagnostic[],
  safeties: readonly Safety[],
  isOurs: (file: string) => boolean,
): Chosen {
  const edits = new Map<string, Edit[]>()
  const made = diagnostics.flatMap((diagnostic) => {
    const fix = diagnostic.fixes.find(({ safety }) => safeties.includes(safety))
    if (!fix?.edits.every((edit) => isOurs(edit.file) && isFree(edit, edits.get(edit.file) ?? []))) return []
    for (const edit of fix.edits) edits.set(edit.file, [...(edits.get(edit.file) ?? []), edit])
    return [{ diagnostic, fix }]
  })
  return { made, edits }
}

/** Two may touch when each takes something away: what is put in at one place has no order. */
function isFree({ range: { start, end } }: Edit, others: readonly Edit[]): boolean {
  return others.every(({ range }) => {
    const isPoint = start.offset === end.offset || range.start.offset === range.end.offset
    const gap = Math.max(range.start.offset - end.offset, start.offset - range.end.offset)
    return isPoint ? gap > 0 : gap >= 0
  })
}

/** The edits do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const backwards = edits.toSorted((a, b) => b.range.start.offset - a.range.start.offset)
  return backwards.reduce(
    (whole, { range, text: replacement }) =>
      whole.slice(0, range.start.offset) + replacement + whole.slice(range.end.offset),
    text,
  )
}
