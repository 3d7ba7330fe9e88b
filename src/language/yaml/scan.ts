/** What the search for YAML traps looks at and remembers: the tokens, the anchors, the lines already explained. */
import type { Finding, Report } from '../diagnostic.ts'
import type { SourceText } from '../source-text.ts'

/** A token without children: a scalar, a bracket, a comma, a run of spaces, a comment … */
export interface Leaf {
  readonly type: string
  readonly offset: number
  readonly source: string
}

/** What was found, for those who read the same text after. */
export interface Traps {
  /** The scalar that begins here was reported. */
  isFaulty(offset: number): boolean
  isMergeKey(offset: number): boolean
  /** Whether an error of the parser at this place only follows from a trap. */
  explains(offset: number): boolean
  /** Brackets and quotes that are never closed, in order. */
  readonly unclosed: readonly Leaf[]
  /** What the parser makes of this file means nothing. */
  readonly fatal: boolean
}

type TrapFinding = Omit<Finding, 'at'>

export class Scan implements Traps {
  readonly leaves: readonly Leaf[]
  readonly source: SourceText
  readonly unclosed: Leaf[] = []
  readonly anchors: ReadonlyMap<string, Leaf>
  readonly usedAnchors = new Set<string>()
  readonly mergeKeys = new Set<number>()
  readonly faulty = new Set<number>()
  fatal = false
  flowDepth = 0
  documents = 0
  /** The key whose value comes next, or whose value this is. */
  key = ''
  /** Tokens before this offset belong to a finding already made. */
  done = 0
  readonly #explained = new Set<number>()
  readonly #report: Report

  constructor(leaves: readonly Leaf[], source: SourceText, report: Report) {
    this.leaves = leaves
    this.source = source
    this.#report = report
    const anchors = leaves.filter(({ type }) => type === 'anchor')
    this.anchors = new Map(anchors.map((leaf) => [leaf.source.slice(1), leaf]))
  }

  isFaulty(offset: number): boolean {
    return this.faulty.has(offset)
  }

  isMergeKey(offset: number): boolean {
    return this.mergeKeys.has(offset)
  }

  explains(offset: number): boolean {
    return this.#explained.has(this.source.positionAt(offset).line)
  }

  add(start: number, end: number, finding: TrapFinding): void {
    const at = this.source.span(start, end)
    this.#report.add({ ...finding, at })
    if (finding.severity !== 'warning') for (const { line } of [at.range.start, at.range.end]) this.explain(line)
    this.done = Math.max(this.done, end)
  }

  explain(line: number): void {
    this.#explained.add(line)
  }

  /** All that was meant as one text from here on: up to a comment, a key's colon, or the comma or bracket of a flow. */
  written(offset: number): string {
    const text = this.source.text.slice(offset, offset + LONGEST)
    return ((this.flowDepth > 0 ? IN_FLOW : IN_BLOCK).exec(text)?.[0] ?? '').trimEnd()
  }
}

const LONGEST = 1000
const IN_BLOCK = /^(?:[^\s:#]|:(?!\s|$)|(?<=\S)#|[ \t]+(?![\s#]))*/
const IN_FLOW = /^(?:\{[^{}\n]*\}|[^\s:#,[\]{}]|:(?![\s,\]}]|$)|(?<=\S)#|[ \t]+(?![\s#,\]}]))*/
