/**
 * Regular expressions that run in linear time (RE2 semantics), and the one door to `re2js`.
 *
 * No pattern an admin writes, and no text a client sends, can make matching slow. The price is look-around and
 * back-references: they are refused at load, like every pattern that cannot be read, with the place of the culprit.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js'
import { isPrintable, literalTest, type TextTest } from './literal.ts'
import { type Refusal, refusalOf } from './refusals.ts'
import { type Scan, scanRegex, type Token } from './tokens.ts'

export type Regex =
  /** `test` says whether the pattern is found anywhere in the text. */
  | { readonly ok: true; readonly test: TextTest }
  | ({
      readonly ok: false
      /** Where the culprit stands in the pattern, and how long it is, in UTF-16 units. */
      readonly offset: number
      readonly length: number
      /** A sentence without a full stop, in the admin's words. */
    } & Refusal)

export function compileRegex(pattern: string, { ignoreCase }: { readonly ignoreCase: boolean }): Regex {
  const scan = scanRegex(pattern)
  const refused = firstRefusal(scan)
  if (refused) return refuse(refused)
  const flags = ignoreCase ? RE2JS.CASE_INSENSITIVE : 0
  const literal = literalTest(scan.tokens, ignoreCase)
  if (literal) return { ok: true, test: fastTest(literal, pattern, flags) }
  const engine = attempt(pattern, flags)
  if (engine instanceof RE2JS) return { ok: true, test: (text) => engine.test(text) }
  return locate(pattern, scan, flags, engine)
}

/** A literal is compiled only for the first text that is not printable ASCII. */
function fastTest(literal: TextTest, pattern: string, flags: number): TextTest {
  const ignoreCase = flags !== 0
  let engine: RE2JS | undefined
  return (text) => {
    if (isPrintable(text)) return literal(ignoreCase ? text.toLowerCase() : text)
    engine ??= RE2JS.compile(pattern, flags)
    return engine.test(text)
  }
}

interface Finding {
  readonly place: Place
  readonly refusal: Refusal
}

type Place = Pick<Token, 'offset' | 'text'>

function firstRefusal({ tokens, unclosed, unopened }: Scan): Finding | undefined {
  for (const token of tokens) {
    const refusal = refusalOf(token)
    if (refusal) return { place: token, refusal }
  }
  if (unopened) return { place: unopened, refusal: NO_GROUP }
  if (!unclosed) return undefined
  const bracket = unclosed.text.slice(0, 1)
  return { place: { ...unclosed, text: bracket }, refusal: bracket === '[' ? OPEN_CLASS : OPEN_GROUP }
}

const OPEN_GROUP: Refusal = {
  kind: 'syntax',
  problem: 'unterminated group: this `(` is never closed',
  label: 'opened here',
}
const OPEN_CLASS: Refusal = {
  kind: 'syntax',
  problem: 'unterminated class: this `[` is never closed',
  label: 'opened here',
}
const NO_GROUP: Refusal = { kind: 'syntax', problem: 'this `)` closes nothing', label: 'nothing is open here' }

function refuse({ place, refusal }: Finding): Regex {
  return { ok: false, offset: place.offset, length: place.text.length, ...refusal }
}

function attempt(pattern: string, flags: number): RE2JS | RE2JSSyntaxException {
  try {
    return RE2JS.compile(pattern, flags)
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error
    throw error
  }
}

/** The engine names its culprit but not the place: the shortest beginning it refuses ends there. */
function locate(pattern: string, { tokens }: Scan, flags: number, whole: RE2JSSyntaxException): Regex {
  const ends = tokens.filter(({ kind }) => kind !== 'class')
  let low = 0
  let high = ends.length - 1
  let error = whole
  while (low < high) {
    const middle = (low + high) >> 1
    const answer = attempt(beginning(pattern, ends[middle]), flags)
    if (answer instanceof RE2JS) low = middle + 1
    else [high, error] = [middle, answer]
  }
  const place = culpritAt(pattern, ends[low], error.getPattern() ?? '')
  return refuse({ place, refusal: { kind: 'syntax', problem: sentenceFor(error, place.text) } })
}

/** Everything up to the token, with what is open there closed. */
function beginning(pattern: string, last: Token | undefined): string {
  if (last === undefined) return pattern
  return pattern.slice(0, last.offset + last.text.length) + (last.inClass ? ']' : '') + ')'.repeat(last.depth)
}

function culpritAt(pattern: string, last: Token | undefined, named: string): Place {
  if (last === undefined) return { offset: 0, text: pattern }
  const end = last.offset + last.text.length
  const isNamed = named !== '' && pattern.slice(0, end).endsWith(named)
  return isNamed ? { offset: end - named.length, text: named } : last
}

const SENTENCES: ReadonlyMap<string, (culprit: string) => string> = new Map([
  ['invalid nested repetition operator', (culprit) => `\`${culprit}\` repeats a repetition`],
  ['missing argument to repetition operator', (culprit) => `there is nothing for \`${culprit}\` to repeat`],
  ['invalid repeat count', (culprit) => `\`${culprit}\` counts backwards, or repeats more than 1000 times in all`],
  ['invalid escape sequence', (culprit) => `\`${culprit}\` is no known escape`],
  ['invalid named capture', (culprit) => `\`${culprit}\` is no group name: letters, digits and \`_\` only`],
  ['duplicate capture group name', (culprit) => `there is a second group named \`${culprit}\``],
  ['expression too large', () => 'the pattern is too large once its repetitions are written out'],
  ['expression nests too deeply', () => 'the groups are nested too deeply'],
  ['invalid character class range', rangeSentence],
])

function rangeSentence(culprit: string): string {
  if (/^\\[pP]/.test(culprit)) return `\`${culprit}\` is no known property of characters`
  if (culprit.startsWith('[:')) return `\`${culprit}\` is no known class of characters`
  return `the range \`${culprit}\` ends before it begins`
}

function sentenceFor(error: RE2JSSyntaxException, culprit: string): string {
  return SENTENCES.get(error.getDescription())?.(culprit) ?? `\`${culprit}\` cannot be read: ${error.getDescription()}`
}
