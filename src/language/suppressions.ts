/**
 * Findings that an admin has looked at and allows, said in the file itself, behind the line or on the line before:
 *
 *     # postern: allow FLW501 until 2027-01-01 -- the partner list comes in December
 *
 * A reason has to be given, a date may be. What keeps a server from starting cannot be allowed. A comment that cannot be read,
 * allows nothing that is found, or whose time is over, is a finding itself (SUP001 to SUP003).
 */
import { DIAGNOSTIC_CODES, type DiagnosticCode, isDiagnosticCode } from './codes.ts'
import type { Diagnostic, Edit, Report, Span } from './diagnostic.ts'
import { fixOf, replace } from './fix.ts'
import { SourceText } from './source-text.ts'
import { suggest } from './suggest.ts'
import { type Comment, yamlComments } from './yaml/comments.ts'
import { shown } from './yaml/quote.ts'

/** A finding that is allowed, and why. */
export interface Allowed {
  readonly diagnostic: Diagnostic
  readonly reason: string
}

export interface Judged {
  readonly left: readonly Diagnostic[]
  readonly allowed: readonly Allowed[]
}

interface Suppression {
  readonly at: Span
  readonly codes: readonly DiagnosticCode[]
  /** The line it speaks of. */
  readonly line: number
  /** The last day. */
  readonly until: string | undefined
  readonly reason: string
  readonly source: SourceText
}

const MARK = /^#\s*postern:/
const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/

/**
 * Findings of the checks without those that are allowed; what is wrong with the comments goes to the report. `today`:
 * 2026-11-20.
 */
export function judge(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  { today, report }: { readonly today: string; readonly report: Report },
): Judged {
  const suppressions = [...sources].flatMap(([file, text]) => suppressionsIn(file, text, report))
  const valid = suppressions.filter(({ until }) => until === undefined || until >= today)
  const used = new Map<Suppression, Set<DiagnosticCode>>(suppressions.map((one) => [one, new Set()]))
  const allowed = diagnostics.flatMap((diagnostic): readonly Allowed[] => {
    const suppression = valid.find((one) => isAbout(one, diagnostic))
    if (!suppression) return []
    used.get(suppression)?.add(diagnostic.code)
    return [{ diagnostic, reason: suppression.reason }]
  })
  const gone = new Set(allowed.map(({ diagnostic }) => diagnostic))
  const left = diagnostics.filter((one) => !gone.has(one))
  const errors = left.filter(({ code, severity }) => !isAllowable(code, severity))
  for (const one of suppressions) {
    const idle = one.codes.filter((code) => !used.get(one)?.has(code))
    if (!valid.includes(one)) reportOver(one, today, report)
    else if (idle.length > 0 && errors.every((error) => !mayHide(error, one))) reportUnused(one, idle, report)
  }
  return { left, allowed }
}

/** Behind an error much of its file is not looked at, and what the rules of its site come to is not. */
function mayHide({ file }: Diagnostic, { at, codes }: Suppression): boolean {
  return file === at.file || codes.some((code) => code.startsWith('FLW'))
}

function isAbout({ at, line, codes }: Suppression, { file, range, code, severity }: Diagnostic): boolean {
  return file === at.file && range.start.line === line && codes.includes(code) && isAllowable(code, severity)
}

/** A server that loads the site would refuse it all the same; what rules come to is a judgement. */
function isAllowable(code: DiagnosticCode, severity: Diagnostic['severity']): boolean {
  return severity !== 'error' || code.startsWith('FLW')
}

/** Most files have none: they are not taken apart for it. */
function suppressionsIn(file: string, text: string, report: Report): readonly Suppression[] {
  if (!text.includes('postern:')) return []
  const source = new SourceText(file, text)
  const comments = /\.ya?ml$/.test(file) ? yamlComments(text) : lineComments(source)
  const marked = comments.filter((comment) => MARK.test(comment.text))
  return marked.flatMap((comment) => readOne(comment, source, report))
}

/** Of list files: there is nothing behind an entry but its reason. */
function lineComments(source: SourceText): readonly Comment[] {
  const lines = Array.from({ length: source.lineCount }, (_, index) => index + 1)
  return lines.flatMap((line) => {
    const text = source.lineText(line)
    const comment = text.trim()
    return comment.startsWith('#') ? [{ offset: source.lineStart(line) + text.indexOf('#'), text: comment }] : []
  })
}

function readOne({ offset, text }: Comment, source: SourceText, report: Report): readonly Suppression[] {
  const at = source.span(offset, offset + text.length)
  const said = parse(text)
  if (typeof said === 'string') return refuse(at, report, said)
  return [{ at, ...said, line: lineAbout(at, source), source }]
}

/** A problem as a part of a sentence. */
function parse(text: string): Pick<Suppression, 'codes' | 'until' | 'reason'> | string {
  const dashes = text.indexOf('--')
  const [verb, ...words] = wordsOf(dashes < 0 ? text : text.slice(0, dashes))
  const reason = dashes < 0 ? '' : text.slice(dashes + 2).trim()
  if (verb !== 'allow') return 'only `allow` can be said here'
  if (reason === '') return 'a reason is missing'
  const [names, date] = splitAt(words, 'until')
  const strange = names.find((code) => !isDiagnosticCode(code))
  if (names.length === 0) return 'the code of a finding is missing'
  if (strange !== undefined) return strangeCode(strange)
  const until = date?.join(' ')
  if (until !== undefined && !DAY.test(until)) return `\`${shown(until)}\` is no day, such as 2027-01-31`
  return { codes: names.filter(isDiagnosticCode), until, reason }
}

/** Behind the mark. */
function wordsOf(text: string): readonly string[] {
  const words = text.slice(text.indexOf(':') + 1).split(/[\s,]+/)
  return words.filter((word) => word !== '')
}

/** What follows the word is undefined without it. */
function splitAt(words: readonly string[], word: string): readonly [readonly string[], readonly string[] | undefined] {
  const at = words.indexOf(word)
  return at < 0 ? [words, undefined] : [words.slice(0, at), words.slice(at + 1)]
}

const LONGEST_CODE = 20

function strangeCode(code: string): string {
  const near = suggest(code.slice(0, LONGEST_CODE), Object.keys(DIAGNOSTIC_CODES))
  return `there is no code \`${shown(code)}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`
}

function refuse(at: Span, report: Report, problem: string): readonly [] {
  report.add({
    code: 'SUP001',
    at,
    message: `this comment allows nothing: ${problem}`,
    help: 'write `# postern: allow CODE -- why`, or `# postern: allow CODE until 2027-01-31 -- why`',
  })
  return []
}

/** Its own line when something stands before it, else the next one that is no comment. */
function lineAbout({ range }: Span, source: SourceText): number {
  const { line, column } = range.start
  if (
    source
      .lineText(line)
      .slice(0, column - 1)
      .trim() !== ''
  )
    return line
  let next = line + 1
  while (next <= source.lineCount && /^\s*(?:#|$)/.test(source.lineText(next))) next += 1
  return next
}

function reportOver({ at, codes, until = '' }: Suppression, today: string, report: Report): void {
  report.add({
    code: 'SUP003',
    at,
    message: `\`${codes.join(', ')}\` was allowed here until ${until}`,
    label: `today is ${today}`,
    help: 'correct what it allows, or give it another day',
  })
}

function reportUnused(suppression: Suppression, idle: readonly DiagnosticCode[], report: Report): void {
  const { at, codes, line, source } = suppression
  const isAll = idle.length === codes.length
  const place = line > source.lineCount ? 'below this comment' : `on line ${line}`
  report.add({
    code: 'SUP002',
    severity: 'warning',
    at,
    message: `there is no \`${idle.join(', ')}\` ${place} that could be allowed`,
    label: isAll ? 'allows nothing' : 'allows more than is found',
    notes: ['an error that keeps a server from starting cannot be allowed'],
    help: isAll ? 'delete this comment' : `take \`${idle.join(', ')}\` out of it`,
    fixes: isAll
      ? fixOf('delete this comment', 'safe', replace(placeOfComment(suppression), ''))
      : fixOf(`take out \`${idle.join(', ')}\``, 'safe', withoutCodes(suppression, idle)),
  })
}

/** The codes that are left, with a space between them; the date and the reason stay as they are. */
function withoutCodes({ at, codes, source }: Suppression, idle: readonly DiagnosticCode[]): Edit {
  const start = at.range.start.offset
  const [first = '', last = ''] = [codes[0], codes.at(-1)]
  const text = source.text.slice(start, at.range.end.offset)
  const from = text.indexOf(first, text.indexOf(':'))
  const to = text.slice(0, text.indexOf('--')).lastIndexOf(last) + last.length
  return replace(source.span(start + from, start + to), codes.filter((code) => !idle.includes(code)).join(' '))
}

/** With the blanks before it, and its line where it has one of its own. */
function placeOfComment({ at, source }: Suppression): Span {
  const { line, column } = at.range.start
  const before = source.lineText(line).slice(0, column - 1)
  if (before.trim() === '') return source.span(source.lineStart(line), source.lineStart(line + 1))
  return source.span(source.lineStart(line) + before.trimEnd().length, at.range.end.offset)
}
