/**
 * Diagnostics for people: the message, the lines of the file with marks under them, notes and what to type.
 *
 *     error[CFG101]: unknown key `mach` in a rule
 *      --> rules/house.yaml:4:7
 *       |
 *     4 |       mach: { rcpt.domain: example.org }
 *       |       ^^^^ did you mean `match`?
 *       |
 *       = help: rename it to `match`
 */
import { styleText } from 'node:util'
import type { Safety, Severity } from '../diagnostic.ts'
import { visible } from './display.ts'
import { excerpt, type Lines, type Mark, type Row } from './excerpt.ts'
import type { JsonDiagnostic, JsonRange } from './json.ts'
import { SourceText } from '../source-text.ts'

const COLUMNS = 80

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const SEVERITY_STYLES: Readonly<Record<Severity, Style>> = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  info: ['bold', 'blue'],
}

const FIX_OPTIONS: Readonly<Record<Safety, string>> = { safe: '--fix', unsafe: '--fix=all' }

/** What makes the fix, and what it is where the help does not say so already. */
function fixLine({ title, safety }: { readonly title: string; readonly safety: Safety }, help: string): string {
  const command = `\`postern check ${FIX_OPTIONS[safety]}\``
  return help.includes(title) && !help.includes('\n') ? `${command} does it` : `${command}: ${title}`
}

/** A diagnostic, or one that was saved as JSON. */
type Drawn = Pick<JsonDiagnostic, 'code' | 'severity' | 'message' | 'file' | 'range' | 'label' | 'labels' | 'notes'> & {
  readonly help?: string
  readonly fixes?: readonly Pick<JsonDiagnostic['fixes'][number], 'title' | 'safety'>[]
}

/** `sources` has the texts of files by name; of a file that is not there no lines are shown. No line end at the end. */
export function renderPretty(
  diagnostics: readonly Drawn[],
  sources: ReadonlyMap<string, string>,
  options: { readonly color: boolean },
): string {
  const texts = new Map([...sources].map(([file, text]) => [file, new SourceText(file, text)]))
  return drawDiagnostics(diagnostics, texts, options)
}

/** The same where only some lines of the files are at hand. */
export function drawDiagnostics(
  diagnostics: readonly Drawn[],
  sources: ReadonlyMap<string, Lines>,
  { color }: { readonly color: boolean },
): string {
  const paint: Paint = (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
  return diagnostics.map((diagnostic) => new Drawing(diagnostic, sources, paint).lines().join('\n')).join('\n\n')
}

interface Place {
  readonly file: string
  readonly range: JsonRange
}

class Drawing {
  readonly #diagnostic: Drawn
  readonly #sources: ReadonlyMap<string, Lines>
  readonly #paint: Paint
  readonly #gutter: number

  constructor(diagnostic: Drawn, sources: ReadonlyMap<string, Lines>, paint: Paint) {
    this.#diagnostic = diagnostic
    this.#sources = sources
    this.#paint = paint
    const last = Math.max(...[diagnostic, ...diagnostic.labels].map(({ range }) => range.start.line))
    this.#gutter = String(last).length
  }

  lines(): readonly string[] {
    const { severity, code, message } = this.#diagnostic
    const title = `${this.#paint(SEVERITY_STYLES[severity], `${severity}[${code}]`)}${this.#paint('bold', `: ${visible(message)}`)}`
    const footer = this.#footer()
    return [title, ...this.#files(), ...(footer.length > 0 ? [this.#bar(), ...footer] : [])]
  }

  #files(): readonly string[] {
    const others = new Set(this.#diagnostic.labels.map(({ file }) => file))
    others.delete(this.#diagnostic.file)
    return [this.#file(this.#diagnostic, '-->'), ...[...others].map((file) => this.#otherFile(file))].flat()
  }

  #otherFile(file: string): readonly string[] {
    const first = this.#diagnostic.labels.find((label) => label.file === file)
    return first && this.#sources.has(file) ? [this.#bar(), ...this.#file(first, ':::')] : []
  }

  #file(place: Place, arrow: string): readonly string[] {
    const { line, column } = place.range.start
    const head = `${' '.repeat(this.#gutter)}${this.#paint('blue', arrow)} ${visible(place.file)}:${line}:${column}`
    const source = this.#sources.get(place.file)
    if (!source) return [head]
    const rows = excerpt(source, this.#marks(place.file), COLUMNS - this.#gutter - ' | '.length)
    return [head, this.#bar(), ...rows.map((row) => this.#row(row))]
  }

  #marks(file: string): readonly Mark[] {
    const { label = '', labels, range } = this.#diagnostic
    const own: readonly Mark[] = file === this.#diagnostic.file ? [{ range, text: label, primary: true }] : []
    const more = labels.filter((one) => one.file === file).map((one) => ({ ...one, primary: false }))
    return [...own, ...more]
  }

  #row(row: Row): string {
    if (row.kind === 'gap') return this.#paint('blue', '...')
    if (row.kind === 'mark') {
      const style = row.primary ? SEVERITY_STYLES[this.#diagnostic.severity] : 'blue'
      return `${this.#bar()} ${row.text.replace(/\S.*/, (mark) => this.#paint(style, mark))}`
    }
    const number = this.#paint('blue', `${String(row.number).padStart(this.#gutter)} |`)
    return row.text === '' ? number : `${number} ${row.text}`
  }

  #bar(): string {
    return this.#paint('blue', `${' '.repeat(this.#gutter + 1)}|`)
  }

  #footer(): readonly string[] {
    const { notes, labels, help, fixes = [] } = this.#diagnostic
    const unseen = labels.filter(({ file }) => !this.#sources.has(file)).map(placed)
    return [
      ...[...unseen, ...notes].map((note) => this.#remark('note', note)),
      ...(help ? help.split('\n') : []).map((line) => this.#remark('help', line)),
      ...fixes.slice(0, 1).map((fix) => this.#remark('fix', fixLine(fix, help ?? ''))),
    ]
  }

  #remark(kind: 'note' | 'help' | 'fix', text: string): string {
    return `${' '.repeat(this.#gutter + 1)}${this.#paint('blue', '=')} ${this.#paint('bold', `${kind}:`)} ${visible(text)}`
  }
}

/** A label in a file whose text is not at hand. */
function placed({ file, range, text }: Place & { readonly text: string }): string {
  return `${file}:${range.start.line}:${range.start.column}: ${text}`
}
