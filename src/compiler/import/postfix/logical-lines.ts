/**
 * Lines of Postfix's files (postconf(5), access(5)): blank lines and comment lines are none, and a line that begins with white
 * space goes on with the one before it.
 */
import { PlacedText } from '../placed-text.ts'

export function logicalLines(text: string, file: string): readonly PlacedText[] {
  const lines: PlacedText[] = []
  let [offset, number] = [0, 0]
  for (const raw of text.split('\n')) {
    number += 1
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const placed = PlacedText.typed(line, file, { line: number, column: 1, offset })
    offset += raw.length + 1
    if (/^\s*(?:#|$)/.test(line)) continue
    const before = /^\s/.test(line) ? lines.pop() : undefined
    lines.push(before ? PlacedText.join(before, placed) : placed)
  }
  return lines.map((line) => line.trim())
}

/** `name = value`; undefined where there is no name. */
export function settingIn(line: PlacedText): { readonly name: PlacedText; readonly value: PlacedText } | undefined {
  const equals = line.text.indexOf('=')
  if (equals <= 0) return undefined
  return { name: line.slice(0, equals).trim(), value: line.slice(equals + 1).trim() }
}

/** The words of a list: between blanks and commas, with what stands in braces in one piece. */
export function wordsOf(list: PlacedText, separators = /[\s,]/): readonly PlacedText[] {
  const words: PlacedText[] = []
  let [from, depth] = [-1, 0]
  for (let index = 0; index <= list.text.length; index += 1) {
    const char = list.text[index]
    const isEnd = char === undefined || (depth === 0 && separators.test(char))
    if (isEnd && from >= 0) words.push(list.slice(from, index))
    if (isEnd) from = -1
    else if (from < 0) from = index
    if (char === '{') depth += 1
    if (char === '}') depth = Math.max(0, depth - 1)
  }
  return words
}

/** What stands between the braces around all of it, if they are there. */
export function withoutBraces(word: PlacedText): PlacedText {
  const { text } = word
  return text.startsWith('{') && text.endsWith('}') && text.length > 1 ? word.slice(1, text.length - 1).trim() : word
}

/** The first word and the rest. */
export function splitEntry(line: PlacedText): readonly [key: PlacedText, value: PlacedText] {
  const end = line.text.search(/\s/)
  return end < 0 ? [line, line.slice(line.text.length)] : [line.slice(0, end), line.slice(end).trim()]
}
