/**
 * What a shell offers where a value is wanted, by what stands for it in the help: `<file>`, `<code>`, `<name[=file]>`. A closed
 * set of values is offered whole; where anything may stand, such as a number, nothing is.
 */
import type { ArgumentRow, CommandRow, OptionRow } from '../documentation/command-table.ts'
import { formatsOf } from '../formats/index.ts'
import { allSchemas } from '../schemas/schemas.ts'
import { codePrefixes, topics } from '../documentation/topics.ts'
import { VOCABULARY } from '../wiring.ts'

export interface Offer {
  readonly words: readonly string[]
  /** `behind =`: one of the words, or a word, `=` and a file. */
  readonly files?: 'any' | 'directories' | 'behind ='
  /** Rules of the site are asked for when they are wanted: `postern list rules`. */
  readonly rules?: true
}

type Offering = (row: CommandRow, rows: readonly CommandRow[]) => Offer

const NOTHING: Offer = { words: [] }
const anyFile: Offering = () => ({ words: [], files: 'any' })

const OFFERS: ReadonlyMap<string, Offering> = new Map<string, Offering>([
  ...['file', 'log', 'path', 'site', 'before', 'after', 'rules'].map((name) => [name, anyFile] as const),
  ['directory', () => ({ words: [], files: 'directories' })],
  ['code', () => ({ words: codePrefixes() })],
  ['rule', () => ({ words: [], rules: true })],
  ['topic', () => ({ words: [...new Set([...topics().values()].flat())] })],
  ['kind', () => ({ words: [...allSchemas(VOCABULARY).keys()] })],
  ['command', (_, rows) => ({ words: rows.map(({ words }) => words.join(' ')) })],
  ['name[=file]', ({ words: [command = ''] }) => ({ words: formatsOf(command), files: 'behind =' })],
])

/** What a command's options and arguments take. */
export interface Offers {
  /** Undefined for a switch. */
  readonly option: (option: OptionRow) => Offer | undefined
  readonly argument: (argument: ArgumentRow) => Offer
}

export function offersIn(row: CommandRow, rows: readonly CommandRow[]): Offers {
  const of = (shown: string, choices: readonly string[]): Offer =>
    choices.length > 0
      ? { words: choices }
      : (OFFERS.get(shown.slice(1, -1).replace('...', ''))?.(row, rows) ?? NOTHING)
  return {
    option: ({ value, choices }) => (value === undefined ? undefined : of(value, choices)),
    argument: ({ shown, choices }) => of(shown, choices),
  }
}

/** Whether all words behind it belong to it. */
export function takesSeveral(shown = ''): boolean {
  return shown.includes('...')
}

/** `--fix[=how]`: what it takes stands behind `=` only. */
export function isGlued(value = ''): boolean {
  return value.startsWith('[') && !takesSeveral(value)
}
