/** What becomes of a plugin of Haraka. */
import type { Span } from '../../../language/diagnostic.ts'
import { absent, type AbsentRow } from '../say.ts'
import type { HarakaContext } from './context.ts'
import type { Ini } from './ini.ts'

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

/** Reported where `[reject]` of the file asks for a check that nothing here does. */
export function missingCheck(
  name: string,
  ini: Ini,
  { findings }: Pick<HarakaContext, 'findings'>,
  otherwise: { readonly at: Span; readonly instead?: string | undefined },
): void {
  if (!ini.isOn('reject', name, false)) return
  findings.missing({
    ...otherwise,
    at: ini.get('reject', name)?.at ?? otherwise.at,
    effect: 'laxer',
    message: `the check \`${name}\` is left out: nothing here does that`,
  })
}
