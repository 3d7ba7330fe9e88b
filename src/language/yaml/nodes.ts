/** Findings about a tree that YAML could read: keys given twice, keys with nothing behind them, braces taken for maps. */
import { entryPlace } from '../deletion.ts'
import type { Fix, Report } from '../diagnostic.ts'
import { fixOf, replace } from '../fix.ts'
import type { ScalarNode } from '../node.ts'
import type { SourceText } from '../source-text.ts'
import { inQuotes, quoted, shown } from './quote.ts'

type Range = readonly [start: number, end: number]

export function reportEmptyFile(source: SourceText, report: Report): void {
  report.add({
    code: 'YML714',
    at: source.span(0, 0),
    message: 'there is nothing in this file',
    label: 'empty',
    help: 'write its contents, or delete the file',
  })
}

export function reportEmpty(key: ScalarNode, report: Report): void {
  report.add({
    code: 'YML714',
    at: key.at,
    message: `\`${shown(key.source)}\` has nothing behind it`,
    label: 'no value',
    help: `write its value after \`${shown(key.source)}: \`, or delete the key`,
  })
}

/** `offset` is the place behind the dash or the comma. */
export function reportEmptyItem(offset: number, source: SourceText, report: Report): void {
  const dash = source.text.lastIndexOf('-', offset)
  report.add({
    code: 'YML714',
    at: source.span(dash < 0 ? offset : dash, dash < 0 ? offset : dash + 1),
    message: 'a list entry with nothing in it',
    label: 'no value',
    help: 'write its value after `- `, or delete the line',
  })
}

/** `end` is where its value ends. */
export function reportDuplicate(
  [key, end]: readonly [ScalarNode, end: number],
  first: ScalarNode,
  source: SourceText,
  report: Report,
): void {
  const place = entryPlace(source, [key.at.range.start.offset, end])
  report.add({
    code: 'YML707',
    at: key.at,
    message: `key \`${shown(key.source)}\` is given twice`,
    label: 'given again',
    labels: [{ ...first.at, text: 'first given here' }],
    help: `join the two: several values make a list, \`${shown(key.source)}: [a, b]\`; several conditions go under \`any:\` or \`all:\``,
    fixes: place ? fixOf('delete this one', 'unsafe', replace(place, '')) : [],
  })
}

const PLACEHOLDER = /^\{\{\s*([A-Za-z][\w.:-]*)\s*\}\}$/

/** `{x}`, `{x,y}` and `{{ sender }}`: maps without a single value. */
export function reportCurly([start, end]: Range, source: SourceText, report: Report): void {
  const text = source.text.slice(start, end)
  const name = PLACEHOLDER.exec(text)?.[1]
  report.add({
    code: 'YML709',
    at: source.span(start, end),
    message: `\`${shown(text)}\` is read as a map whose keys have no values`,
    label: 'a map, not a text',
    fixes: curlyFix(source, [start, end], name === undefined ? text : `\${${name}}`),
    help: name ? `what is filled in is written \`"\${${name}}"\`` : `if it is a text, quote it: ${quoted(text)}`,
  })
}

function curlyFix(source: SourceText, range: Range, text: string): readonly Fix[] {
  const isLine = !text.includes('\n')
  return isLine ? fixOf('quote it', 'unsafe', replace(source.span(...range), inQuotes(text))) : []
}

/** A key that is no text: a map, a list, or nothing at all. */
export function reportBadKey([start, end]: Range, source: SourceText, report: Report): void {
  const text = source.text.slice(start, end)
  const nothing = text === ''
  report.add({
    code: 'YML701',
    at: source.span(start, nothing ? start + 1 : end),
    message: nothing ? 'there is no key before this `:`' : `\`${shown(text)}\` is not a text and cannot be a key`,
    label: nothing ? 'no key' : 'a map or a list',
    help: nothing ? 'write `key: value`' : `quote it: ${quoted(text)}`,
  })
}
