/**
 * What to take away with a list entry, a rule or a key so that the file is YAML as before: its line or lines in a
 * block, its comma in brackets. Comments on other lines stay.
 *
 * Undefined where something else would be left behind: a list without entries, a text in several lines, a comment in between.
 */
import type { Range, Span } from './diagnostic.ts'
import type { SourceText } from './source-text.ts'

type Stretch = readonly [start: number, end: number]

/** An entry of a list. */
export function itemPlace(source: SourceText, { start, end }: Range): Span | undefined {
  const dash = /^( *)- +$/.exec(lineBefore(source, start.offset))
  if (!dash) return betweenCommas(source, [start.offset, end.offset])
  const lines = wholeLines(source, [start.offset, end.offset])
  const indentation = dash[1]?.length ?? 0
  return lines && hasSibling(source, lines, indentation) ? lines : undefined
}

/** A key with its value, where another key stands before it. */
export function entryPlace(source: SourceText, stretch: Stretch): Span | undefined {
  const isOnItsOwn = lineBefore(source, stretch[0]).trim() === ''
  return isOnItsOwn ? wholeLines(source, stretch) : betweenCommas(source, stretch)
}

function lineBefore(source: SourceText, offset: number): string {
  const { line, column } = source.positionAt(offset)
  return source.lineText(line).slice(0, column - 1)
}

/** Block texts (`|`, `>`) end where they like. */
const BLOCK_TEXT = /[|>][-+\d]*[ \t]*(?:#.*)?$/m

function wholeLines(source: SourceText, [start, end]: Stretch): Span | undefined {
  const content = withoutTail(source.text.slice(start, end))
  if (BLOCK_TEXT.test(content)) return undefined
  const last = source.positionAt(start + content.length)
  const isAlone = /^\s*(?:#.*)?$/.test(source.lineText(last.line).slice(last.column - 1))
  const from = source.lineStart(source.positionAt(start).line)
  return isAlone ? source.span(from, source.lineStart(last.line + 1)) : undefined
}

/** Without blank lines and lines of comment at the end. */
function withoutTail(text: string): string {
  return text.replace(/(?:\n[ \t]*(?:#.*)?\r?)+$/, '').trimEnd()
}

/** A dash as deep as this one, in the same list: above it before anything less deep, or right below. */
function hasSibling(source: SourceText, { range }: Span, indentation: number): boolean {
  const lines = (from: number, step: number): string | undefined => {
    for (let line = from; line >= 1 && line <= source.lineCount; line += step) {
      const text = source.lineText(line)
      const isContent = text.trim() !== '' && !text.trimStart().startsWith('#')
      if (isContent && text.search(/\S/) <= indentation) return text
    }
    return undefined
  }
  const isDash = (text = ''): boolean => text.search(/\S/) === indentation && /^ *-(?: |$)/.test(text)
  return isDash(lines(range.start.line - 1, -1)) || isDash(lines(range.end.line, 1))
}

function betweenCommas(source: SourceText, [start, end]: Stretch): Span | undefined {
  const { text } = source
  const before = text.slice(0, start).trimEnd().length - 1
  const [all = '', after] = /^\s*([,\]}])[ \t]*/.exec(text.slice(end)) ?? []
  if (after === undefined || isInComment(source, before, start)) return undefined
  if (text[before] === ',') return source.span(before, end)
  return /[[{]/.test(text[before] ?? '') && after === ',' ? source.span(start, end + all.length) : undefined
}

function isInComment(source: SourceText, offset: number, start: number): boolean {
  const isOtherLine = source.positionAt(offset).line !== source.positionAt(start).line
  return isOtherLine && /(?:^|\s)#/.test(lineBefore(source, offset))
}
