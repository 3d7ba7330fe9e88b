/** Words that YAML 1.1 takes for true and false: here they are texts, elsewhere in the house perhaps not. */
import type { Finding } from '../diagnostic.ts'
import { fixOf, replace } from '../fix.ts'
import type { ScalarNode } from '../node.ts'
import { inQuotes } from './quote.ts'

const WORDS = /^(?:y|n|yes|no|on|off)$/i
/** `false` is no such word. */
const LONGEST = 3
const TRUE = /^(?:y|yes|on)$/i

/** Norway, in a list of countries. For texts that are compared; a word where true or false is wanted is YML702. */
export function oldWord({ at, source, quoted, typed }: ScalarNode): Finding | undefined {
  if (quoted || typed !== source || source.length > LONGEST || !WORDS.test(source)) return undefined
  return {
    code: 'YML703',
    severity: 'warning',
    at,
    message: `unquoted \`${source}\` reads differently in YAML 1.1 and 1.2`,
    label: `text "${source}" here; ${TRUE.test(source)} in YAML 1.1`,
    notes: ['other programs that read or write this file may still have YAML 1.1'],
    help: `quote it: ${inQuotes(source)}`,
    fixes: fixOf('quote it', 'safe', replace(at, inQuotes(source))),
  }
}
