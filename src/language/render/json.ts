/**
 * Diagnostics as JSON, for programs, with the lines of the files they are about: a saved report can be drawn again
 * without its files. docs/cli.md describes the whole report.
 */
import type { FromSchema, Schema } from '../../core/schema.ts'
import type { Diagnostic, Edit, Label, Position, Range, Safety, Severity } from '../diagnostic.ts'
import { SourceText } from '../source-text.ts'

export const FILE = { type: 'string', description: 'Relative to where postern ran' } as const satisfies Schema
export const LINE = { type: 'integer', minimum: 1, description: 'Line, from 1' } as const satisfies Schema
export const COLUMN = {
  type: 'integer',
  minimum: 1,
  description: 'Column, from 1, in UTF-16 units',
} as const satisfies Schema

export const COUNT = { type: 'integer', minimum: 0 } as const satisfies Schema
export const TEXT = { type: 'string' } as const satisfies Schema

const POSITION_SCHEMA = {
  type: 'object',
  required: ['line', 'column'],
  properties: { line: LINE, column: COLUMN },
} as const satisfies Schema

const RANGE_SCHEMA = {
  type: 'object',
  required: ['start', 'end'],
  properties: {
    start: { ...POSITION_SCHEMA, description: 'The first character' },
    end: { ...POSITION_SCHEMA, description: 'Behind the last character' },
  },
  description: 'From where to where',
} as const satisfies Schema

export const SEVERITIES = ['error', 'warning', 'info'] as const satisfies readonly Severity[]

const SAFETIES = ['safe', 'unsafe'] as const satisfies readonly Safety[]

/** A place, and a text that belongs to it. */
function placed(description: string) {
  return {
    type: 'object',
    required: ['file', 'range', 'text'],
    properties: { file: FILE, range: RANGE_SCHEMA, text: { type: 'string', description } },
  } as const satisfies Schema
}

const FIX_SCHEMA = {
  type: 'object',
  required: ['title', 'safety', 'edits'],
  properties: {
    title: { type: 'string', description: 'What it does, as an order' },
    safety: {
      type: 'string',
      enum: SAFETIES,
      description: '`safe`: certainly what was meant; `unsafe`: most likely, and somebody should look at it',
    },
    edits: {
      type: 'array',
      items: placed('What comes in place of what the range covers; empty to delete it'),
      description: 'Made all or none',
    },
  },
} as const satisfies Schema

export const DIAGNOSTIC_SCHEMA = {
  type: 'object',
  required: ['code', 'severity', 'message', 'file', 'range', 'labels', 'notes', 'help', 'fixes'],
  properties: {
    code: { type: 'string', description: 'Never changes its meaning; `postern docs CODE` explains it' },
    severity: { type: 'string', enum: SEVERITIES, description: 'How bad it is' },
    message: { type: 'string', description: 'What is wrong, in one line' },
    file: FILE,
    range: RANGE_SCHEMA,
    label: { type: 'string', description: 'What stands at the range in the excerpt' },
    hook: { type: 'string', description: 'The hook that it is in; absent outside of one' },
    rule: { type: 'string', description: 'The name of the rule that it is in; absent outside of one' },
    labels: {
      type: 'array',
      items: placed('Why the place matters'),
      description: 'Other places that matter',
    },
    notes: { type: 'array', items: { type: 'string' }, description: 'More about it, a sentence each' },
    help: { type: 'string', description: 'Empty when there is none; one suggestion a line' },
    fixes: {
      type: 'array',
      items: FIX_SCHEMA,
      description: 'Corrections that a program can make, the likeliest first',
    },
  },
} as const satisfies Schema

export type JsonDiagnostic = FromSchema<typeof DIAGNOSTIC_SCHEMA>
export type JsonRange = FromSchema<typeof RANGE_SCHEMA>

export const EXCERPT_SCHEMA = {
  type: 'object',
  required: ['file', 'line', 'text'],
  properties: {
    file: FILE,
    line: LINE,
    text: { type: 'string', description: 'The line, without its end' },
  },
} as const satisfies Schema

export type JsonExcerpt = FromSchema<typeof EXCERPT_SCHEMA>

export function toJsonDiagnostic({ range, labels, help, fixes, ...diagnostic }: Diagnostic): JsonDiagnostic {
  const { code, severity, message, file, label, hook, rule, notes } = diagnostic
  return {
    code,
    severity,
    message,
    file,
    range: toJsonRange(range),
    ...(label !== undefined && { label }),
    ...(hook !== undefined && { hook }),
    ...(rule !== undefined && { rule }),
    labels: labels.map(toJsonText),
    notes,
    help: help ?? '',
    fixes: fixes.map(({ title, safety, edits }) => ({ title, safety, edits: edits.map(toJsonText) })),
  }
}

function toJsonText({ file, range, text }: Label | Edit): JsonDiagnostic['labels'][number] {
  return { file, range: toJsonRange(range), text }
}

function toJsonRange({ start, end }: Range): JsonRange {
  return { start: toJsonPosition(start), end: toJsonPosition(end) }
}

function toJsonPosition({ line, column }: Position): JsonRange['start'] {
  return { line, column }
}

/**
 * The lines that drawings of these diagnostics show, and all of the files in `whole`, each once; of a file whose text is not
 * at hand, none.
 */
export function excerptsOf(
  diagnostics: readonly JsonDiagnostic[],
  sources: ReadonlyMap<string, string>,
  whole: ReadonlySet<string> = new Set(),
): readonly JsonExcerpt[] {
  const places = diagnostics.flatMap((one) => [one, ...one.labels])
  const byFile = Map.groupBy(places, ({ file }) => file)
  return [...new Set([...byFile.keys(), ...whole])].flatMap((file) => {
    const text = sources.get(file)
    if (text === undefined) return []
    const source = new SourceText(file, text)
    const some = new Set(byFile.get(file)?.map(({ range }) => range.start.line))
    const lines = whole.has(file) ? allLines(source) : [...some].toSorted((a, b) => a - b)
    return lines.map((line) => ({ file, line, text: source.lineText(line) }))
  })
}

/** What follows the last line end is a line only when there is something. */
function allLines(source: SourceText): readonly number[] {
  const count = source.lineText(source.lineCount) === '' ? source.lineCount - 1 : source.lineCount
  return Array.from({ length: count }, (_, index) => index + 1)
}
