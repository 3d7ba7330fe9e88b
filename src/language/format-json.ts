/** Diagnostics as JSON, for programs: docs/diagnostics.md describes the shape; `version` changes when it does. */
import type { Diagnostic, Position, Range, Severity } from './diagnostic.ts'

interface JsonPosition {
  readonly line: number
  readonly column: number
}

interface JsonRange {
  readonly start: JsonPosition
  readonly end: JsonPosition
}

export interface JsonDiagnostic {
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly file: string
  readonly range: JsonRange
  /** What stands at the range in the excerpt. */
  readonly label?: string
  readonly hook?: string
  readonly rule?: string
  readonly labels: readonly { readonly file: string; readonly range: JsonRange; readonly text: string }[]
  readonly notes: readonly string[]
  /** `''` when there is none; one suggestion a line. */
  readonly help: string
  /** Edits a program could apply; none so far. */
  readonly fixes: readonly never[]
}

/** What was looked at. */
export interface Looked {
  readonly files: number
  readonly rules: number
}

export interface JsonReport {
  readonly version: 1
  readonly summary: Looked & { readonly error: number; readonly warning: number }
  readonly diagnostics: readonly JsonDiagnostic[]
}

export function toJsonReport(diagnostics: readonly Diagnostic[], { files, rules }: Looked): JsonReport {
  const count = (wanted: Severity): number => diagnostics.filter(({ severity }) => severity === wanted).length
  return {
    version: 1,
    summary: { files, rules, error: count('error'), warning: count('warning') },
    diagnostics: diagnostics.map(toJson),
  }
}

function toJson({
  code,
  severity,
  message,
  file,
  range,
  label,
  hook,
  rule,
  labels,
  notes,
  help,
}: Diagnostic): JsonDiagnostic {
  return {
    code,
    severity,
    message,
    file,
    range: rangeOf(range),
    ...(label !== undefined && { label }),
    ...(hook !== undefined && { hook }),
    ...(rule !== undefined && { rule }),
    labels: labels.map((one) => ({ file: one.file, range: rangeOf(one.range), text: one.text })),
    notes,
    help: help ?? '',
    fixes: [],
  }
}

function rangeOf({ start, end }: Range): JsonRange {
  return { start: positionOf(start), end: positionOf(end) }
}

function positionOf({ line, column }: Position): JsonPosition {
  return { line, column }
}
