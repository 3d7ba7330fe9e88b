/**
 * Lines of regexp and pcre tables (regexp_table(5), pcre_table(5)): `/pattern/flags action`, `!/pattern/flags action`, and
 * `if /pattern/ … endif` around them. Patterns that cannot run in linear time are reported and left out.
 */
import { compileRegex } from '../../regex/regex.ts'
import type { PlacedText } from '../placed-text.ts'
import type { PostfixContext } from './context.ts'

export interface Pattern {
  /** As the rule language writes it. */
  readonly regex: string
  readonly isInverted: boolean
}

export interface PatternLine {
  /** All of them must hold: those of the `if` around it, then its own. */
  readonly patterns: readonly Pattern[]
  readonly action: PlacedText
  readonly at: PlacedText
}

export function patternLines(lines: readonly PlacedText[], context: PostfixContext): readonly PatternLine[] {
  const around: (Pattern | undefined)[] = []
  const found: PatternLine[] = []
  for (const line of lines) {
    const [, keyword] = /^(if|endif)\b/i.exec(line.text) ?? []
    if (keyword?.toLowerCase() === 'endif') around.pop()
    else if (keyword) around.push(readPattern(line.slice(2).trim(), context)?.pattern)
    else {
      const read = readPattern(line, context)
      const outer = around.filter((one) => one !== undefined)
      if (read && outer.length === around.length)
        found.push({ patterns: [...outer, read.pattern], action: read.rest, at: line })
    }
  }
  return found
}

interface ReadPattern {
  readonly pattern: Pattern
  readonly rest: PlacedText
}

function readPattern(line: PlacedText, context: PostfixContext): ReadPattern | undefined {
  const isInverted = line.text.startsWith('!')
  const from = isInverted ? line.text.slice(1).search(/\S/) + 1 : 0
  const delimiter = line.text[from] ?? ''
  const end = /[\w\s\\]/.test(delimiter) || delimiter === '' ? -1 : closingAt(line.text, delimiter, from + 1)
  if (end < 0) {
    context.findings.entry({
      at: line.at,
      effect: 'laxer',
      message: `left out: \`${line.text}\` has no pattern between two delimiters`,
    })
    return undefined
  }
  const [flags = ''] = /^\w*/.exec(line.text.slice(end + 1)) ?? []
  const regex = regexFor(line.slice(from + 1, end), delimiter, flags, context)
  return regex === undefined
    ? undefined
    : { pattern: { regex, isInverted }, rest: line.slice(end + 1 + flags.length).trim() }
}

function closingAt(text: string, delimiter: string, from: number): number {
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1
    else if (text[index] === delimiter) return index
  }
  return -1
}

/** Case does not count unless `i` is among the flags, which turn things over. */
function regexFor(
  pattern: PlacedText,
  delimiter: string,
  flags: string,
  { findings }: PostfixContext,
): string | undefined {
  const plain = pattern.text
    .replaceAll(`\\${delimiter}`, delimiter === '/' ? '/' : `[${delimiter}]`)
    .replaceAll('${', '[$]{')
  const regex = compileRegex(plain, { ignoreCase: true })
  if (regex.ok) return flagged(plain, flags)
  findings.entry({
    at: pattern.span(regex.offset, regex.offset + regex.length),
    effect: 'laxer',
    message: `left out: regular expression \`${pattern.text}\`: ${regex.problem}`,
    instead: 'say it without, in several rules: `match: { …: { regex: … } }` and `unless: { …: { regex: … } }`',
  })
  return undefined
}

/** What is asked about is one line, so only case matters. */
function flagged(pattern: string, flags: string): string {
  return flags.includes('i') ? `(?-i)${pattern}` : pattern
}

/** As a condition on a fact. */
export function conditionOf(
  { regex, isInverted }: Pattern,
  fact: string,
):
  | Readonly<Record<string, { readonly regex: string }>>
  | { readonly not: Readonly<Record<string, { readonly regex: string }>> } {
  return isInverted ? { not: { [fact]: { regex } } } : { [fact]: { regex } }
}
