/**
 * Parameters of main.cf, expanded as `postconf -x` would (postconf(5)): `$name`, `${name}`, `$(name)`, `${name?value}`,
 * `${name:value}`, `${{one} == {other} ? {value} : {value}}`. A later line wins; what master.cf says of a service wins over both.
 *
 * A parameter that refers to itself is empty there, and so is what is left once one value has led to too many others: each that
 * names another one twice doubles the work.
 */
import type { Span } from '../../../language/diagnostic.ts'
import { PlacedText } from '../placed-text.ts'
import { DEFAULTS } from './defaults.ts'
import { logicalLines, settingIn, withoutBraces, wordsOf } from './logical-lines.ts'

export interface Setting {
  readonly name: string
  readonly value: PlacedText
  readonly at: Span
}

/** Lines that say nothing are left out. */
export function settingsIn(text: string, file: string): readonly Setting[] {
  return logicalLines(text, file).flatMap((line) => {
    const setting = settingIn(line)
    return setting ? [{ name: setting.name.text, value: setting.value, at: line.at }] : []
  })
}

export class Parameters {
  readonly #given: ReadonlyMap<string, PlacedText>
  readonly #start: Span
  /** Names that somebody asked for. */
  readonly #used: Set<string>
  /** Names whose values are cut. */
  readonly #cut: Set<string>
  /** On the way to the value that is asked for. */
  #references = 0

  /** `start`: where a default stands. */
  constructor(
    given: ReadonlyMap<string, PlacedText>,
    start: Span,
    { used, cut } = { used: new Set<string>(), cut: new Set<string>() },
  ) {
    this.#given = given
    this.#start = start
    this.#used = used
    this.#cut = cut
  }

  /** As a service sees them. */
  with(overrides: readonly Setting[]): Parameters {
    const given = new Map([...this.#given, ...overrides.map(({ name, value }) => [name, value] as const)])
    return new Parameters(given, this.#start, { used: this.#used, cut: this.#cut })
  }

  get used(): ReadonlySet<string> {
    return this.#used
  }

  /** Names of values that lead to too many others to be whole. */
  get cut(): ReadonlySet<string> {
    return this.#cut
  }

  isGiven(name: string): boolean {
    return this.#given.has(name)
  }

  /** Expanded; empty for what is nowhere. */
  get(name: string): PlacedText {
    this.#references = 0
    const value = this.#expandNamed(name, new Set())
    if (this.#references > MOST_REFERENCES) this.#cut.add(name)
    return value
  }

  text(name: string): string {
    return this.get(name).text
  }

  words(name: string): readonly PlacedText[] {
    return wordsOf(this.get(name))
  }

  isOn(name: string): boolean {
    return this.text(name).toLowerCase() === 'yes'
  }

  /** In octets or a plain count; undefined for what is no number. */
  number(name: string): number | undefined {
    const { text } = this.get(name)
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined
  }

  /** In seconds. */
  seconds(name: string): number | undefined {
    const [, digits, unit = 's'] = /^(\d{1,9})([smhdw]?)$/.exec(this.text(name)) ?? []
    return digits === undefined ? undefined : Number(digits) * (UNITS[unit || 's'] ?? 1)
  }

  #expandNamed(name: string, open: ReadonlySet<string>): PlacedText {
    this.#used.add(name)
    this.#references += 1
    const isTooMuch = open.size > DEEPEST || this.#references > MOST_REFERENCES
    if (open.has(name) || isTooMuch) return PlacedText.standing('', this.#start)
    const given = this.#given.get(name) ?? PlacedText.standing(DEFAULTS.get(name) ?? '', this.#start)
    return this.#expand(given, new Set([...open, name])).trim()
  }

  #expand(value: PlacedText, open: ReadonlySet<string>): PlacedText {
    const parts: PlacedText[] = []
    let from = 0
    for (let at = value.text.indexOf('$'); at >= 0; at = value.text.indexOf('$', from)) {
      parts.push(value.slice(from, at))
      const end = endOfReference(value.text, at)
      parts.push(
        end === at + 2 && value.text[at + 1] === '$'
          ? value.slice(at + 1, end)
          : this.#refer(value.slice(at + 1, end), open),
      )
      from = end
    }
    return PlacedText.join(value.slice(0, 0), ...parts, value.slice(from))
  }

  /** `name`, or with its braces `{name?value}`. */
  #refer(reference: PlacedText, open: ReadonlySet<string>): PlacedText {
    const { text } = reference
    if (text === '') return reference
    if (!/^[{(]/.test(text)) return this.#expandNamed(text, open)
    const inside = reference.slice(1, text.length - 1).trim()
    if (inside.text.startsWith('{')) return this.#compare(inside, open)
    const [, name = '', mark] = /^([\w.]+)\s*([?:])?/.exec(inside.text) ?? []
    if (mark === undefined) return this.#expandNamed(inside.text, open)
    const isFilled = this.#expandNamed(name, open).text !== ''
    const [yes, no] = branches(inside.slice(inside.text.indexOf(mark)))
    const chosen = isFilled ? yes : no
    return chosen ? this.#expand(chosen, open) : inside.slice(0, 0)
  }

  #compare(inside: PlacedText, open: ReadonlySet<string>): PlacedText {
    const [left, right] = bracedParts(inside)
    if (!left || !right) return inside.slice(0, 0)
    const operator = inside.text.slice(left.to, right.from).replace(/level|[\s]/g, '')
    const [one, other] = [left, right].map(
      ({ from, to }) => this.#expand(inside.slice(from + 1, to - 1).trim(), open).text,
    )
    const [yes, no] = branches(inside.slice(right.to))
    const chosen = (COMPARE.get(operator)?.(order(one ?? '', other ?? '')) ?? false) ? yes : no
    return chosen ? this.#expand(chosen, open) : inside.slice(0, 0)
  }
}

const DEEPEST = 30
const MOST_REFERENCES = 1000
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

const COMPARE: ReadonlyMap<string, (sign: number) => boolean> = new Map([
  ['==', (sign) => sign === 0],
  ['!=', (sign) => sign !== 0],
  ['<', (sign) => sign < 0],
  ['<=', (sign) => sign <= 0],
  ['>', (sign) => sign > 0],
  ['>=', (sign) => sign >= 0],
])

function order(one: string, other: string): number {
  const isNumber = [one, other].every((text) => /^\d+(?:\.\d+)*$/.test(text))
  return isNumber ? Number.parseFloat(one) - Number.parseFloat(other) : one < other ? -1 : one > other ? 1 : 0
}

function endOfReference(text: string, at: number): number {
  const next = text[at + 1]
  if (next === '$') return at + 2
  if (next === '{' || next === '(') return closing(text, at + 1)
  return at + 1 + (/^\w+/.exec(text.slice(at + 1))?.[0].length ?? 0)
}

/** Behind the bracket that closes the one there; the end of the text when nothing does. */
function closing(text: string, from: number): number {
  let depth = 0
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === '{' || text[index] === '(') depth += 1
    if (text[index] === '}' || text[index] === ')') depth -= 1
    if (depth === 0) return index + 1
  }
  return text.length
}

interface Part {
  readonly from: number
  readonly to: number
}

function bracedParts({ text }: PlacedText): readonly Part[] {
  const parts: Part[] = []
  for (let from = text.indexOf('{'); from >= 0; from = text.indexOf('{', parts.at(-1)?.to ?? text.length))
    parts.push({ from, to: closing(text, from) })
  return parts
}

/** `?yes`, `:no`, `?{yes}:{no}`. */
function branches(rest: PlacedText): readonly [yes: PlacedText | undefined, no: PlacedText | undefined] {
  const value = rest.trim()
  const [first, second] = bracedParts(value)
  const isBraced = first !== undefined && /^[?:]\s*$/.test(value.text.slice(0, first.from))
  const one = isBraced ? withoutBraces(value.slice(first.from, first.to)) : value.slice(1).trim()
  if (value.text.startsWith(':')) return [undefined, one]
  const other = isBraced && second ? withoutBraces(value.slice(second.from, second.to)) : undefined
  return [one, other]
}
