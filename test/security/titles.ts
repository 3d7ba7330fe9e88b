/**
 * Which tests a file holds, read from its text: calls of `it` and `test` in TypeScript, `name:` in YAML, the first line of a
 * transcript.
 *
 * A title that is computed stands for all it can become, as long as the values in it stand in the file too.
 */
import { readFileSync } from 'node:fs'

export interface TestTitles {
  /** The title, or `suite › title`. */
  has(title: string): boolean
}

interface Pattern {
  readonly kind: 'suite' | 'test'
  readonly regex: RegExp
  /** The title is a variable: what it can be stands somewhere in quotes. */
  readonly isVariable: boolean
}

export function titlesIn(path: string, text = readFileSync(path, 'utf8')): TestTitles {
  if (path.endsWith('.txt')) return only([/^# (.*)$/m.exec(text)?.[1] ?? ''])
  if (path.endsWith('.yaml'))
    return only(Array.from(text.matchAll(/^ *- name: (.*)$/gm), ([, name = '']) => plain(name)))
  const patterns = Array.from(text.matchAll(CALL), (call) => patternOf(call))
  const rest = text.replace(ANY_CALL, '')
  return {
    has(title) {
      const [last = '', ...suites] = title.split(' › ').toReversed()
      const isThere = (kind: Pattern['kind'], part: string): boolean =>
        patterns.some((pattern) => pattern.kind === kind && fits(pattern, part, pattern.isVariable ? rest : text))
      return isThere('test', last) && suites.every((suite) => isThere('suite', suite))
    },
  }
}

function only(titles: readonly string[]): TestTitles {
  return { has: (title) => titles.includes(title) }
}

/** Without the quotes of YAML. */
function plain(scalar: string): string {
  return /^(["']).*\1$/.test(scalar) ? scalar.slice(1, -1) : scalar
}

const QUOTED = String.raw`(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\`((?:[^\`\\]|\\.)*)\`)`
const CALL = new RegExp(String.raw`(?<![.\w$])(it|test|describe|suite)\(\s*(?:${QUOTED}|(\w+),)`, 'g')
/** Those that are skipped too. */
const ANY_CALL = new RegExp(String.raw`(?<![.\w$])(?:it|test|describe|suite)(?:\.\w+)?\(\s*${QUOTED}`, 'g')

function patternOf([, call = '', single, double, template, variable]: RegExpExecArray): Pattern {
  const kind = call === 'describe' || call === 'suite' ? 'suite' : 'test'
  const literal = single ?? double
  const isVariable = variable !== undefined
  if (literal !== undefined) return { kind, isVariable, regex: exactly(quoted(unescaped(literal))) }
  if (isVariable) return { kind, isVariable, regex: exactly('(.+)') }
  const parts = (template ?? '').split(/\$\{[^}]*\}/)
  return { kind, isVariable, regex: exactly(parts.map((part) => quoted(unescaped(part))).join('(.*)')) }
}

function exactly(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`)
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1')
}

/** What a computed title was made of stands in the file, in one piece or word by word. */
function fits({ regex, isVariable }: Pattern, title: string, text: string): boolean {
  const [whole, ...values] = regex.exec(title) ?? []
  if (whole === undefined) return false
  const texts = [text, unescaped(text)]
  const has = (value: string): boolean => texts.some((one) => one.includes(value))
  if (isVariable) return ["'", '"', '`'].some((quote) => has(quote + title + quote))
  return values.every((value) => has(value.replace(/^"|"$/g, '')) || (value.match(/\w+/g) ?? ['-']).every(has))
}
