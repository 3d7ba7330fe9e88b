/** Which findings are shown: `--select` and `--ignore`, by code or by how codes begin. */
import { DIAGNOSTIC_CODES, type DiagnosticCode } from '../../language/codes.ts'
import { suggest } from '../../language/suggest.ts'
import { CommandError, EXIT } from '../exit-code.ts'

export interface Selection {
  readonly select?: readonly string[]
  readonly ignore?: readonly string[]
}

/** A code or the beginning of one, in upper case. */
export function codePrefix(text: string): string {
  const prefix = text.toUpperCase()
  const codes = Object.keys(DIAGNOSTIC_CODES)
  if (prefix !== '' && codes.some((code) => code.startsWith(prefix))) return prefix
  const near = suggest(prefix, [...codes, ...new Set(codes.map((code) => code.slice(0, 3)))])
  const hint = near === undefined ? '`postern list codes` shows them' : `did you mean \`${near}\`?`
  throw new CommandError(`no code begins with \`${text}\`; ${hint}`, EXIT.usage)
}

/** What is ignored is left out of what is selected. */
export function isSelected(code: DiagnosticCode, { select, ignore = [] }: Selection): boolean {
  const begins = (prefix: string): boolean => code.startsWith(prefix)
  return (select === undefined || select.some(begins)) && !ignore.some(begins)
}
