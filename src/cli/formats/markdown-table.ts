/** Tables and texts in Markdown (GitHub's dialect): what files and clients say stays text in it. */
import { visible } from '../../language/render/display.ts'

/** With an empty line before it; nothing without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  return ['', tableRow(head), tableRow(head.map(() => '---')), ...rows.map((cells) => tableRow(cells.map(text)))]
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Everything that Markdown or HTML would read as more than text; code in backquotes stays code. */
export function text(words: string): string {
  return visible(words)
    .split(/((?<!`)`[^`]+`(?!`))/)
    .map((part, index) => (index % 2 === 1 ? part.replaceAll('|', '\\|') : escaped(part)))
    .join('')
}

function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]#|~]/g, '\\$&')
    .replaceAll('@', '&#64;')
}
