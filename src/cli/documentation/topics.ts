/** What `postern docs` has a page about, by kind: for its suggestions, and for shells that complete its argument. */
import { OPERATORS } from '../../compiler/rules/operators.ts'
import { FACTS } from '../../core/facts.ts'
import { HOOKS } from '../../core/hook.ts'
import { LIMITS } from '../../core/limits.ts'
import { DIAGNOSTIC_CODES } from '../../language/codes.ts'
import { suggest } from '../../language/suggest.ts'
import { builtinFiles, VOCABULARY } from '../wiring.ts'

const CODES = Object.keys(DIAGNOSTIC_CODES)

/** By what one of them is called. */
export function topics(): ReadonlyMap<string, readonly string[]> {
  return new Map<string, readonly string[]>([
    ['builtin', [...builtinFiles().keys()]],
    ['word', [...VOCABULARY.matchers.keys(), ...VOCABULARY.deliveries.keys()]],
    ['operator', [...OPERATORS.keys(), 'exists']],
    ['fact', FACTS.map(({ name }) => name)],
    ['hook', HOOKS],
    ['limit', Object.keys(LIMITS)],
    ['code', CODES],
  ])
}

/** Codes, and what several of them begin with: what `--select` takes. */
export function codePrefixes(): readonly string[] {
  return [...new Set(CODES.map((code) => code.slice(0, 3))), ...CODES]
}

/** Of what is called nearly so, the kind too; else which list to read. */
export function nearestTopic(name: string): string {
  if (/^[a-z]{3}\d[\da-z]*$/i.test(name)) return nearestCode(name)
  const all = topics()
  const near = suggest(name, [...all.values()].flat())
  if (near === undefined) return '`postern list builtins`, `list words`, `list facts` and so on show what there is'
  const kinds = [...all].filter(([, names]) => names.includes(near)).map(([kind]) => kind)
  return `did you mean the ${kinds.join(' and ')} \`${near}\`?`
}

function nearestCode(name: string): string {
  const near = suggest(name, CODES)
  return near === undefined ? '`postern list codes` shows the codes' : `did you mean the code \`${near}\`?`
}
