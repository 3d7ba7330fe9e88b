/** What becomes of a plugin of Haraka. */
import type { Span } from '../../../language/diagnostic.ts'
import { absent, type AbsentRow } from '../say.ts'
import type { HarakaContext } from './context.ts'

export { absent }

/** Makes entries, rules and settings of it. `at`: its line in the list of plugins. */
export interface MadeRow {
  readonly make: (context: HarakaContext, at: Span) => Promise<void> | void
}

export type PluginRow = MadeRow | AbsentRow
export type Rows = Readonly<Record<string, PluginRow>>

/** A scanner or service that no word here asks. */
export function scanner(name: string): AbsentRow {
  return absent(
    `nothing here asks ${name}`,
    'laxer',
    'a plugin in TypeScript that does (docs/plugins.md)\nor the scanner behind Postern, as the next server of `queue/smtp-forward`',
  )
}

export const OF_THE_PROGRAM: AbsentRow = absent('it is about the program, and Postern has its own way there', 'none')
