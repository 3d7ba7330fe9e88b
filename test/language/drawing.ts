/** Findings drawn in tests, and the places they are about. */
import type { Report, Span } from '../../src/language/diagnostic.ts'
import { renderPretty } from '../../src/language/render/pretty.ts'
import { SourceText } from '../../src/language/source-text.ts'

export type Files = Readonly<Record<string, string>>

export function draw(files: Files, report: Report, color = false): string {
  return renderPretty(report.sorted(), new Map(Object.entries(files)), { color })
}

/** The place of a text within a file; `after` skips what comes before it. */
export function place(files: Files, file: string, text: string, after = ''): Span {
  const source = files[file] ?? ''
  const start = source.indexOf(text, source.indexOf(after))
  return new SourceText(file, source).span(start, start + text.length)
}

/** A drawing without the indentation it has in this file. */
export function drawing(lines: TemplateStringsArray): string {
  return String.raw(lines)
    .replaceAll(/^\n|\n *$/g, '')
    .replaceAll(/^ {6}/gm, '')
    .replaceAll('\\`', '`')
}
