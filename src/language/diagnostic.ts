/**
 * Diagnostics: the one kind of finding, in the CLI, the log at reload, editors and CI.
 *
 * Codes never change meaning. Families: CFG structure, YML syntax traps, NET addresses, RGX regular expressions,
 * HOK hooks, codes and facts, FLW flow, IMP other programs' files, LST lists, NOT notes, TPL templates, TST tests,
 * PLG TypeScript plugins, SUP comments that allow findings, POL policies, TLS certificates. Each has a page,
 * docs/diagnostics/CODE.md.
 */
import type { DiagnosticCode } from './codes.ts'

export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
  /** From 0. */
  readonly offset: number
}

export interface Range {
  readonly start: Position
  /** Behind the last character. */
  readonly end: Position
}

/** A place in a file. */
export interface Span {
  readonly file: string
  readonly range: Range
}

/** Where nothing more is known than the file. */
export function startOf(file: string): Span {
  const position = { line: 1, column: 1, offset: 0 }
  return { file, range: { start: position, end: position } }
}

/** `file:line:column`, as traces, logs and reports name a place. */
export function placeOf({ file, range }: Span): string {
  return `${file}:${range.start.line}:${range.start.column}`
}

export type Severity = 'error' | 'warning' | 'info'

/** A second place that matters, with what to say under it. */
export interface Label extends Span {
  readonly text: string
}

/** What a range covers gives way to a text; a range without a width is a place to put it in. */
export interface Edit extends Span {
  readonly text: string
}

/** `safe`: certainly what was meant. `unsafe`: most likely, and somebody should look at it. */
export type Safety = 'safe' | 'unsafe'

/** A correction that a program can make. Its edits do not overlap, and are made all or none. */
export interface Fix {
  /** What it does, as an order: ``rename it to `match` ``. */
  readonly title: string
  readonly safety: Safety
  readonly edits: readonly Edit[]
}

export interface Diagnostic extends Span {
  readonly code: DiagnosticCode
  readonly severity: Severity
  /** What is wrong, in the admin's words, the offending text in backquotes. */
  readonly message: string
  /** What stands under the caret. */
  readonly label?: string
  readonly hook?: string
  readonly rule?: string
  readonly labels: readonly Label[]
  readonly notes: readonly string[]
  /** What to type. One suggestion a line. */
  readonly help?: string
  /** The likeliest first. */
  readonly fixes: readonly Fix[]
}

export type Finding = Omit<Diagnostic, 'severity' | 'labels' | 'notes' | 'fixes' | 'file' | 'range'> & {
  readonly at: Span
  readonly severity?: Severity
  readonly labels?: readonly Label[]
  readonly notes?: readonly string[]
  readonly fixes?: readonly Fix[]
}

/** Collects findings; errors are counted as they come. */
export class Report {
  readonly #diagnostics: Diagnostic[] = []
  #errors = 0

  /** Severity is `error` unless the finding says otherwise. */
  add({ at, severity = 'error', labels = [], notes = [], fixes = [], ...rest }: Finding): void {
    if (severity === 'error') this.#errors += 1
    this.#diagnostics.push({ ...rest, severity, labels, notes, fixes, file: at.file, range: at.range })
  }

  get errors(): number {
    return this.#errors
  }

  /** In order of file, place and code, each once. */
  sorted(): readonly Diagnostic[] {
    const seen = new Set<string>()
    return inOrder(this.#diagnostics).filter((one) => {
      const key = `${one.code} ${one.file}:${one.range.start.offset} ${one.message}`
      return !seen.has(key) && seen.add(key)
    })
  }
}

export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(byPlace)
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return compare(a.file, b.file) || a.range.start.offset - b.range.start.offset || compare(a.code, b.code)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
