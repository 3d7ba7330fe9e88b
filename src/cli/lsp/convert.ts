/** Between what we say and what the Language Server Protocol says: lines and columns there count from 0. Pure. */
import { pathToFileURL } from 'node:url'
import type * as lsp from 'vscode-languageserver/node'
import { findFact } from '../../core/facts.ts'
import { chooseFixes } from '../../language/apply-fixes.ts'
import type { Diagnostic, Edit, Severity, Span } from '../../language/diagnostic.ts'
import { SourceText } from '../../language/source-text.ts'
import type { Completion } from './complete.ts'
import type { FailedTest } from './failing-tests.ts'
import type { Place } from './navigate.ts'
import type { Part, PartKind } from './outline.ts'

/** The numbers of the protocol. */
const SEVERITY: Readonly<Record<Severity, lsp.DiagnosticSeverity>> = { error: 1, warning: 2, info: 3 }
const [PROPERTY, FIELD, VALUE, VARIABLE] = [10, 5, 12, 6] as const
const SYMBOLS: Readonly<Record<PartKind, lsp.SymbolKind>> = {
  section: 3,
  hook: 24,
  rule: 12,
  name: 13,
  plugin: 4,
  test: 6,
}

export function uriOf(file: string): string {
  return pathToFileURL(file).href
}

export function rangeOf({ range: { start, end } }: Pick<Span, 'range'>): lsp.Range {
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  }
}

/** Between two offsets. */
export function rangeIn(source: SourceText, from: number, to: number): lsp.Range {
  return rangeOf(source.span(from, to))
}

/** With all that the terminal would show beside it. */
export function toDiagnostic(diagnostic: Diagnostic | FailedTest): lsp.Diagnostic {
  const { code, severity, message, label, notes, help, labels } = diagnostic
  const lines = [
    label === undefined ? message : `${message}: ${label}`,
    ...notes,
    ...(help === undefined ? [] : [help]),
  ]
  return {
    range: rangeOf(diagnostic),
    severity: SEVERITY[severity],
    code,
    source: 'postern',
    message: lines.join('\n'),
    relatedInformation: labels.map((one) => ({
      location: { uri: uriOf(one.file), range: rangeOf(one) },
      message: one.text,
    })),
  }
}

/** The fixes of a finding that change files of ours. A safe one that comes first is what an editor may offer by itself. */
export function toActions(diagnostic: Diagnostic, isOurs: (file: string) => boolean): readonly lsp.CodeAction[] {
  const fixes = diagnostic.fixes.filter(({ edits }) => edits.every(({ file }) => isOurs(file)))
  return fixes.map((fix, index) => ({
    title: fix.title,
    kind: 'quickfix',
    diagnostics: [toDiagnostic(diagnostic)],
    isPreferred: fix.safety === 'safe' && index === 0,
    edit: { changes: changesOf(fix.edits) },
  }))
}

export const FIX_ALL = 'source.fixAll.postern'

/** What `check --fix` would do to a file. */
export function toFixAll(found: readonly Diagnostic[], file: string): readonly lsp.CodeAction[] {
  const { made, edits } = chooseFixes(found, ['safe'], (one) => one === file)
  if (made.length === 0) return []
  return [{ title: 'Correct what is certain', kind: FIX_ALL, edit: { changes: changesOf([...edits.values()].flat()) } }]
}

function changesOf(edits: readonly Edit[]): Record<string, lsp.TextEdit[]> {
  const changes: Record<string, lsp.TextEdit[]> = {}
  for (const edit of edits) (changes[uriOf(edit.file)] ??= []).push({ range: rangeOf(edit), newText: edit.text })
  return changes
}

export function toCompletion(one: Completion, source: SourceText): lsp.CompletionItem {
  return {
    label: one.label,
    kind: kindOf(one),
    ...(one.summary !== '' && { documentation: one.summary }),
    filterText: one.label,
    textEdit: { range: rangeIn(source, one.from, one.to), newText: one.text },
  }
}

function kindOf({ role, label }: Completion): lsp.CompletionItemKind {
  if (role === 'name') return VARIABLE
  if (role === 'value') return VALUE
  return findFact(label) ? FIELD : PROPERTY
}

export function toLocation(place: Place, source: SourceText): lsp.Location {
  return { uri: uriOf(place.file), range: rangeIn(source, place.from, place.to) }
}

export function toSymbol(part: Part, source: SourceText): lsp.DocumentSymbol {
  return {
    name: part.name,
    ...(part.detail !== '' && { detail: part.detail }),
    kind: SYMBOLS[part.kind],
    range: rangeIn(source, part.from, part.to),
    selectionRange: rangeIn(source, part.nameFrom, part.nameTo),
    children: part.parts.map((one) => toSymbol(one, source)),
  }
}

/** One edit for the lines that differ: what is above and below them stays where the editor has it. */
export function layoutEdits(before: string, after: string): lsp.TextEdit[] {
  if (before === after) return []
  const [from, same] = commonEnds(before, after)
  const source = new SourceText('', before)
  return [{ range: rangeIn(source, from, before.length - same), newText: after.slice(from, after.length - same) }]
}

/** How many characters are the same at the start, and behind that at the end. */
function commonEnds(one: string, other: string): readonly [number, number] {
  const shorter = Math.min(one.length, other.length)
  let start = 0
  while (start < shorter && one[start] === other[start]) start += 1
  let end = 0
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end)) end += 1
  return [start, end]
}
