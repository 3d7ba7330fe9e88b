/** What changed between two texts, as `diff -u` says it. */
import { diff } from 'node:util'

/** Lines around a change that stay. */
const CONTEXT = 3

interface Line {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/** Empty when nothing changed. No line end at the end. */
export function lineDiff(path: string, before: string, after: string): string {
  if (before === after) return ''
  const hunks = hunksOf(linesOf(before, after))
  return [`--- ${path}`, `+++ ${path}`, ...hunks].join('\n')
}

function linesOf(before: string, after: string): readonly Line[] {
  const operations = diff(split(before), split(after))
  return operations.map(([operation, text]) => ({ mark: operation === 0 ? ' ' : operation < 0 ? '+' : '-', text }))
}

function split(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function hunksOf(lines: readonly Line[]): readonly string[] {
  const changed = lines.flatMap(({ mark }, index) => (mark === ' ' ? [] : [index]))
  const ranges: { from: number; to: number }[] = []
  for (const index of changed) {
    const [from, to] = [Math.max(0, index - CONTEXT), Math.min(lines.length, index + CONTEXT + 1)]
    const last = ranges.at(-1)
    if (last && from <= last.to) last.to = to
    else ranges.push({ from, to })
  }
  return ranges.flatMap(({ from, to }) => [
    header(lines, from, to),
    ...lines.slice(from, to).map(({ mark, text }) => `${mark}${text}`),
  ])
}

function header(lines: readonly Line[], from: number, to: number): string {
  const place = (other: Line['mark']): string => {
    const has = ({ mark }: Line): boolean => mark !== other
    const [first, count] = [lines.slice(0, from).filter(has).length, lines.slice(from, to).filter(has).length]
    return `${count === 0 ? first : first + 1},${count}`
  }
  return `@@ -${place('+')} +${place('-')} @@`
}
