/**
 * Haraka's `.ini` files and lists (haraka-config). `;` and `#` begin comment lines, a line that ends in a backslash goes on,
 * `key[]=` adds to an array, and what stands before the first section is in `main`.
 */
import { PlacedText } from '../placed-text.ts'

interface IniEntry {
  readonly section: string
  readonly key: string
  readonly value: PlacedText
  readonly at: PlacedText
}

const TRUE = /^(?:true|yes|ok|enabled|on|1)$/i

export class Ini {
  readonly entries: readonly IniEntry[]
  readonly #read = new Set<IniEntry>()

  constructor(entries: readonly IniEntry[]) {
    this.entries = entries
  }

  /** The last one counts. */
  get(section: string, key: string): PlacedText | undefined {
    const found = this.entries.filter((one) => one.section === section && one.key === key)
    for (const one of found) this.#read.add(one)
    const value = found.at(-1)?.value
    return value?.text === '' ? undefined : value
  }

  text(section: string, key: string): string | undefined {
    return this.get(section, key)?.text
  }

  isOn(section: string, key: string, unless: boolean): boolean {
    const { text } = this.get(section, key) ?? {}
    return text === undefined ? unless : TRUE.test(text)
  }

  /** `key[]=` each, and what stands between commas or semicolons of `key=`. */
  words(section: string, key: string): readonly PlacedText[] {
    const found = this.entries.filter((one) => one.section === section && (one.key === key || one.key === `${key}[]`))
    for (const one of found) this.#read.add(one)
    return found.flatMap(({ value }) => splitWords(value))
  }

  /** All of a section. */
  section(name: string): readonly IniEntry[] {
    const found = this.entries.filter((one) => one.section === name)
    for (const one of found) this.#read.add(one)
    return found
  }

  sections(): readonly string[] {
    return [...new Set(this.entries.map(({ section }) => section))]
  }

  /** Entries that nobody asked for. */
  unread(): readonly IniEntry[] {
    return this.entries.filter((one) => !this.#read.has(one))
  }
}

function splitWords(value: PlacedText): readonly PlacedText[] {
  return Array.from(value.text.matchAll(/[^\s,;]+/g), ({ 0: word, index }) => value.slice(index, index + word.length))
}

export function iniIn(text: string, file: string): Ini {
  const entries: IniEntry[] = []
  let section = 'main'
  let before: PlacedText | undefined
  for (const raw of placedLines(text, file)) {
    const line = before ? PlacedText.join(before, raw) : raw
    before = undefined
    const [, name] = /^\s*\[\s*([^\]]*?)\s*\]\s*$/.exec(line.text) ?? []
    if (/^\s*(?:[;#]|$)/.test(line.text)) continue
    if (name !== undefined) section = name
    else if (line.text.endsWith('\\')) before = line.slice(0, line.text.length - 1)
    else entries.push(...entryIn(line, section))
  }
  return new Ini(entries)
}

function entryIn(line: PlacedText, section: string): readonly IniEntry[] {
  const equals = line.text.indexOf('=')
  const key = (equals < 0 ? line.text : line.text.slice(0, equals)).trim()
  const value = equals < 0 ? line.slice(line.text.length) : line.slice(equals + 1).trim()
  return key === '' ? [] : [{ section, key, value, at: line.trim() }]
}

/** Lines that say something, trimmed. */
export function listIn(text: string, file: string): readonly PlacedText[] {
  return placedLines(text, file)
    .map((line) => line.trim())
    .filter((line) => line.text !== '' && !/^[;#]/.test(line.text))
}

function placedLines(text: string, file: string): readonly PlacedText[] {
  let [offset, number] = [0, 0]
  return text.split('\n').map((raw) => {
    number += 1
    const line = PlacedText.typed(raw.endsWith('\r') ? raw.slice(0, -1) : raw, file, {
      line: number,
      column: 1,
      offset,
    })
    offset += raw.length + 1
    return line
  })
}
