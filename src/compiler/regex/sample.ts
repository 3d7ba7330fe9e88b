/**
 * A text in which a pattern is found, for simple patterns: of alternatives the first, `x*` once, `x?` not at all. What cannot
 * be made that way is undefined, never wrong.
 */
import { compileRegex } from './regex.ts'
import { scanRegex, type Token } from './tokens.ts'

export function sampleOf(pattern: string): string | undefined {
  const regex = compileRegex(pattern, { ignoreCase: true })
  if (!regex.ok) return undefined
  const sample = new Sampling(scanRegex(pattern).tokens).text()
  return sample !== undefined && regex.test(sample) ? sample : undefined
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\d', '7'],
  ['\\w', 'a'],
  ['\\s', ' '],
  ['\\D', 'a'],
  ['\\S', 'a'],
  ['\\W', '-'],
  ['\\b', ''],
  ['\\A', ''],
  ['\\z', ''],
  ['\\Z', ''],
])

class Sampling {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** Up to the end of the group that is open; of alternatives the first. */
  text(): string | undefined {
    let text = ''
    for (let token = this.#take(); token && token.kind !== 'close'; token = this.#take()) {
      if (token.kind === 'bar') {
        this.#skip()
        return text
      }
      const atom = this.#atom(token)
      if (atom === undefined) return undefined
      text += atom.repeat(this.#repeats())
    }
    return text
  }

  #take(): Token | undefined {
    const token = this.#tokens[this.#at]
    this.#at += 1
    return token
  }

  /** The other alternatives. */
  #skip(): void {
    for (let open = 1, token = this.#take(); token; token = this.#take()) {
      open += token.kind === 'open' ? 1 : token.kind === 'close' ? -1 : 0
      if (open === 0) return
    }
  }

  #repeats(): number {
    const next = this.#tokens[this.#at]
    if (next?.kind !== 'repeat') return 1
    this.#at += 1
    if (next.text.startsWith('?')) return 0
    return Number(/^\{(\d+)/.exec(next.text)?.[1] ?? 1)
  }

  #atom({ kind, text }: Token): string | undefined {
    if (kind === 'open') return this.text()
    if (kind === 'class') return this.#member(text)
    if (kind === 'any') return 'a'
    if (kind === 'quote') return text.slice(2).replace(/\\E$/, '')
    if (kind === 'begin' || kind === 'finish' || kind === 'flags') return ''
    return kind === 'escape' ? (ESCAPES.get(text) ?? (/^\\[^\w]$/.test(text) ? text.slice(1) : undefined)) : text
  }

  /** The first of a class; of one that says what must not be, something usual. */
  #member(opening: string): string | undefined {
    const members: string[] = []
    for (let token = this.#take(); token && token.kind !== 'end-class'; token = this.#take())
      members.push(ESCAPES.get(token.text) ?? token.text.replace(/^\\/, ''))
    if (opening.startsWith('[^')) return ['a', '7', '-', '.'].find((one) => !members.includes(one))
    return members.find((one) => one.length === 1)
  }
}
