/**
 * Patterns that are literals in disguise: `@example\.org$`, `^bounce-`, `viagra|casino`.
 *
 * They become string operations. In lists of a thousand patterns that is where the time goes; only printable ASCII is
 * compared this way, because upper and lower case are simple there and `.` matches all of it.
 */
import type { Token } from './tokens.ts'

export type TextTest = (text: string) => boolean

const PRINTABLE = /^[ -~]*$/

export function isPrintable(text: string): boolean {
  return PRINTABLE.test(text)
}

/** A test for printable texts, already in lower case when case is ignored; undefined for a true pattern. */
export function literalTest(tokens: readonly Token[], ignoreCase: boolean): TextTest | undefined {
  const tests: TextTest[] = []
  for (const branch of branches(tokens)) {
    const test = branchTest(branch, ignoreCase)
    if (test === undefined) return undefined
    tests.push(test)
  }
  const [only] = tests
  return tests.length === 1 ? only : (text) => tests.some((test) => test(text))
}

function branches(tokens: readonly Token[]): (readonly Token[])[] {
  const bars = tokens.flatMap(({ kind, depth }, index) => (kind === 'bar' && depth === 0 ? [index] : []))
  return [-1, ...bars].map((bar, index) => tokens.slice(bar + 1, bars[index] ?? tokens.length))
}

function branchTest(tokens: readonly Token[], ignoreCase: boolean): TextTest | undefined {
  const start = headLength(tokens)
  const end = tokens.length - tailLength(tokens.slice(start.length))
  const middle = tokens.slice(start.length, end).map(literalText)
  if (!middle.every((text) => text !== undefined && isPrintable(text))) return undefined
  const needle = ignoreCase ? middle.join('').toLowerCase() : middle.join('')
  const anchoredEnd = end === tokens.length - 1
  return operation(needle, start.anchored, anchoredEnd)
}

/** `^`, `^.*` or `.*` at the start. Any text in front is no anchor. */
function headLength(tokens: readonly Token[]): { length: number; anchored: boolean } {
  const anchor = isBegin(tokens[0]) ? 1 : 0
  return isAnything(tokens, anchor) ? { length: anchor + 2, anchored: false } : { length: anchor, anchored: anchor > 0 }
}

/** `$`, `.*$` or `.*` at the end. */
function tailLength(tokens: readonly Token[]): number {
  const anchor = isFinish(tokens.at(-1)) ? 1 : 0
  return isAnything(tokens, tokens.length - anchor - 2) ? anchor + 2 : anchor
}

function isAnything(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.kind === 'any' && /^\*\??$/.test(tokens[at + 1]?.text ?? '') && tokens[at + 1]?.kind === 'repeat'
}

function isBegin(token: Token | undefined): boolean {
  return token?.kind === 'begin' || token?.text === '\\A'
}

function isFinish(token: Token | undefined): boolean {
  return token?.kind === 'finish' || token?.text === '\\z'
}

function literalText({ kind, text }: Token): string | undefined {
  if (kind === 'literal') return text
  if (kind === 'quote') return text.slice(2).replace(/\\E$/, '')
  return kind === 'escape' && /^\\[^A-Za-z0-9]$/.test(text) ? text.slice(1) : undefined
}

function operation(needle: string, start: boolean, end: boolean): TextTest {
  if (start && end) return (text) => text === needle
  if (start) return (text) => text.startsWith(needle)
  return end ? (text) => text.endsWith(needle) : (text) => text.includes(needle)
}
