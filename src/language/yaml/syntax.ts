/**
 * What the YAML parser cannot read, in the admin's words (YML701, YML704).
 *
 * Only the first mistake is reported: what a parser says after it is guesswork.
 */
import type { Finding, Report, Span } from '../diagnostic.ts'
import { fixOf, replace } from '../fix.ts'
import type { SourceText } from '../source-text.ts'
import type { Leaf, Traps } from './scan.ts'
import { reword, type SyntaxError } from './wordings.ts'

/** False when the file cannot be read; then an error has been reported, here or by a trap. */
export function reportSyntax(
  errors: readonly SyntaxError[],
  traps: Traps,
  source: SourceText,
  report: Report,
): boolean {
  if (traps.fatal) return false
  const serious = errors.filter(({ code, pos }) => code !== 'BAD_SCALAR_START' || !traps.isFaulty(pos[0]))
  if (serious.length === 0) return true
  if (reportTab(serious, source, report)) return false
  const [open] = traps.unclosed
  if (open) {
    report.add(unclosed(open, source))
    return false
  }
  const first = serious.filter(({ pos }) => !traps.explains(pos[0])).toSorted((a, b) => a.pos[0] - b.pos[0])[0]
  if (first) {
    const { from, to, ...words } = reword(first, source)
    report.add({ code: 'YML701', at: source.span(from, to), ...words })
  }
  return false
}

function reportTab(errors: readonly SyntaxError[], source: SourceText, report: Report): boolean {
  const lines = errors.map(({ pos }) => source.positionAt(pos[0]).line).filter((line) => tabOf(line, source) >= 0)
  const line = Math.min(...lines)
  if (lines.length === 0) return false
  const at = source.lineStart(line) + tabOf(line, source)
  const spaces = expectedIndentation(line, source)
  report.add({
    code: 'YML704',
    at: source.span(at, at + 1),
    message: 'tab used for indentation',
    label: 'tab',
    notes: [`YAML forbids tabs in indentation; the line should start with ${spaces} spaces`],
    help: 'replace tabs at the start of lines by spaces, in the whole file',
    fixes: fixOf(`indent it by ${spaces} spaces`, 'unsafe', replace(indentationOf(line, source), ' '.repeat(spaces))),
  })
  return true
}

/** Column from 0 of a tab in the indentation of a line; -1 when it has none. */
function tabOf(line: number, source: SourceText): number {
  return /^[ \t]*/.exec(source.lineText(line))?.[0].indexOf('\t') ?? -1
}

function indentationOf(line: number, source: SourceText): Span {
  const start = source.lineStart(line)
  return source.span(start, start + (/^[ \t]*/.exec(source.lineText(line))?.[0].length ?? 0))
}

/** As deep as the content of the line above, or a step deeper when that line opens a map or a list. */
function expectedIndentation(line: number, source: SourceText): number {
  let above = line - 1
  while (above > 0 && source.lineText(above).trim() === '') above -= 1
  const text = source.lineText(above)
  const content = /^[ \t]*(?:- +)*/.exec(text)?.[0].length ?? 0
  return text.trimEnd().endsWith(':') ? content + 2 : content
}

const OPENERS: Readonly<Partial<Record<string, string>>> = {
  "'": "end the text with `'`; a quote inside is written twice: `''`",
  '"': 'end the text with `"`; a quote inside is written `\\"`',
  '[': 'close the list with `]`; a text that begins with `[` needs quotes',
  '{': 'close the map with `}`; a text that begins with `{` needs quotes',
}

/** Before the comment more is opened than closed, and behind it something is. */
function isCutByComment(offset: number, source: SourceText): boolean {
  const { line, column } = source.positionAt(offset)
  const [, before = '', behind = ''] = /^(.*?)\s#(.*)$/.exec(source.lineText(line).slice(column - 1)) ?? []
  return /[[{]/.test(before) && /[\]}]/.test(behind)
}

function unclosed({ offset, source: written }: Leaf, source: SourceText): Finding {
  const opener = written[0] ?? ''
  return {
    code: 'YML701',
    at: source.span(offset, offset + 1),
    message: `\`${opener}\` is never closed`,
    label: 'opened here',
    help: isCutByComment(offset, source)
      ? `\` #\` begins a comment, which takes the rest of the line with it: put a text that has one in quotes`
      : (OPENERS[opener] ?? 'close it'),
  }
}
