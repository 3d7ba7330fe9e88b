/** Findings of a page: what is wrong, the lines it is about with marks below them, and what to do. */
import { excerpt, type Lines, type Row } from '../../language/render/excerpt.ts'
import type { JsonDiagnostic } from '../../language/render/json.ts'
import { codeMeaning } from '../../testing/report-findings.ts'
import type { SavedReport } from '../../testing/report-shape.ts'
import { html, type Html, type Piece } from './html-text.ts'

/** The texts of a page are wider than those of a terminal. */
const COLUMNS = 140

/** Lines that were saved with the report, by file. */
export function linesOf({ excerpts }: Pick<SavedReport, 'excerpts'>): ReadonlyMap<string, SavedLines> {
  const byFile = Map.groupBy(excerpts, ({ file }) => file)
  return new Map([...byFile].map(([file, lines]) => [file, new SavedLines(lines)]))
}

export class SavedLines implements Lines {
  readonly #texts: ReadonlyMap<number, string>

  constructor(lines: SavedReport['excerpts']) {
    this.#texts = new Map(lines.map(({ line, text }) => [line, text]))
  }

  lineText(line: number): string {
    return this.#texts.get(line) ?? ''
  }

  get numbers(): readonly number[] {
    return [...this.#texts.keys()].toSorted((a, b) => a - b)
  }
}

export function findingArticle(finding: JsonDiagnostic, sources: ReadonlyMap<string, Lines>): Html {
  const { severity, code, message, file, range, hook, rule, notes, help, fixes } = finding
  const of = [hook, rule].filter((part) => part !== undefined).join(' › ')
  const files = [...new Set([file, ...finding.labels.map((label) => label.file)])]
  return html`<article class="${severity}">
<h3>${severity} <code title="${codeMeaning(code)}">${code}</code> ${message}</h3>
<p class="place">${file}:${range.start.line}:${range.start.column}${of === '' ? '' : `, ${of}`}</p>
${files.map((one) => excerptOf(finding, one, sources.get(one)))}${remarks('note', notes)}${remarks(
  'help',
  help === '' ? [] : help.split('\n'),
)}${remarks(
  'fix',
  fixes.map(({ title, safety }) => (safety === 'safe' ? title : `${title} (to be looked at)`)),
)}</article>\n`
}

function remarks(kind: string, lines: readonly string[]): Piece {
  return lines.map((line) => html`<p><b>${kind}</b> ${line}</p>\n`)
}

/** Of another file its name stands above. */
function excerptOf(finding: JsonDiagnostic, file: string, source: Lines | undefined): Piece {
  const labels = finding.labels.filter((label) => label.file === file)
  const isOwn = file === finding.file
  if (!source) return labels.map(({ text, range }) => html`<p>${file}:${range.start.line}: ${text}</p>\n`)
  const own = isOwn ? [{ range: finding.range, text: finding.label ?? '', primary: true }] : []
  const rows = excerpt(source, [...own, ...labels.map((label) => ({ ...label, primary: false }))], COLUMNS)
  const gutter = Math.max(...rows.map((row) => (row.kind === 'line' ? String(row.number).length : 1)))
  return html`${isOwn ? '' : html`<p class="place">${file}</p>\n`}<pre>${rows.map((row) => line(row, gutter))}</pre>\n`
}

function line(row: Row, gutter: number): Html {
  if (row.kind === 'gap') return html`<span class="number">${'…'.padStart(gutter)}</span>\n`
  if (row.kind === 'line') return html`<span class="number">${String(row.number).padStart(gutter)}</span> ${row.text}\n`
  const mark = html`<span class="${row.primary ? 'mark' : 'label'}">${row.text}</span>`
  return html`<span class="number">${' '.repeat(gutter)}</span> ${mark}\n`
}
