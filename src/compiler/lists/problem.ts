/** What can be wrong with an entry, in the admin's words. */
import type { DiagnosticCode } from '../../language/codes.ts'

export type EntryCode = Extract<
  DiagnosticCode,
  'LST602' | 'NET201' | 'NET202' | 'NET203' | 'NET204' | 'NET205' | 'RGX301' | 'RGX302'
>

export interface Fault {
  readonly code: EntryCode
  readonly message: string
  /** What to write instead; one suggestion a line. */
  readonly help?: string
  /** The culprit within the entry's text, in UTF-16 units; absent when it is all of it. */
  readonly range?: { readonly offset: number; readonly length: number }
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
