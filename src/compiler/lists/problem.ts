/** What can be wrong with an entry, in the admin's words. */
import type { ListEntry } from '../../core/list.ts'
import type { DiagnosticCode } from '../../language/codes.ts'

export type EntryCode = Extract<
  DiagnosticCode,
  'LST602' | 'LST610' | 'NET201' | 'NET202' | 'NET203' | 'NET204' | 'NET205' | 'RGX301' | 'RGX302' | 'RGX303'
>

export interface Fault {
  readonly code: EntryCode
  readonly message: string
  /** What stands under the entry. */
  readonly label?: string
  /** What to write instead; one suggestion a line. */
  readonly help?: string
  /** The culprit within the entry's text, in UTF-16 units; absent when it is all of it. */
  readonly range?: { readonly offset: number; readonly length: number }
  /** What can be written in place of the whole entry, the likeliest first. */
  readonly instead?: readonly string[]
  /** Only one of these can have been meant. */
  readonly isSure?: true
  /** The entry is in the list all the same. */
  readonly severity?: 'warning'
  /** Place of the entry that says the same already: this one is never found. */
  readonly first?: string
}

export interface ListProblem extends Fault {
  /** The entry's place, as given. */
  readonly at: string
  /** The entry's number, from 0. */
  readonly index: number
}

export function fault(code: EntryCode, message: string, help?: string): Fault {
  return { code, message, ...(help !== undefined && { help }) }
}

/** `a, b` in one text, meant as two entries: what to write instead. */
export function severalHelp(text: string, isEntry: (part: string) => boolean): string | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '')
  const areEntries = parts.length > 1 && parts.every(isEntry)
  return areEntries ? `each is an entry of its own; in a rule: \`[${parts.join(', ')}]\`` : undefined
}

/** An entry that says what another one said before it. It is in the list, and never found. */
export function duplicate(text: string, first: ListEntry): Fault {
  const same = first.text === text ? '' : `, as \`${first.text}\``
  return { ...fault('LST610', `\`${text}\` is in this list already${same}`), first: first.at }
}
