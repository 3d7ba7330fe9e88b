/** What becomes of a restriction of smtpd: rules, the rules of a table, or a reason why nothing does. */
import { type Fields, idOf, type Json, type RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import type { AbsentRow } from '../say.ts'
import type { SUBJECTS } from './access-subjects.ts'

/** From which command on it can be asked. */
export type Step = 'client' | 'helo' | 'sender' | 'recipient'

export interface RestrictionUse {
  readonly argument: PlacedText
  /** What a refusal here is about: the list it stands in. */
  readonly subject: string
  /** Conditions that the recipient's domain is one of ours; one of them must hold. */
  readonly ours: readonly Fields[]
  readonly mynetworks: Json
}

export interface RuleRow {
  readonly step?: Step
  readonly argument?: 'zone' | 'seconds' | 'text'
  readonly make: (use: RestrictionUse) => Omit<RuleDraft, 'id'>
}

export interface AccessRow {
  readonly step?: Step
  readonly access: keyof typeof SUBJECTS
}

export interface AbsentRestriction extends AbsentRow {
  /** Words behind it that belong to it. */
  readonly argument?: true
}

export type RestrictionRow = RuleRow | AccessRow | AbsentRestriction

export function isAccess(row: RestrictionRow): row is AccessRow {
  return 'access' in row
}

export function isAbsent(row: RestrictionRow): row is AbsentRestriction {
  return 'absent' in row
}

export function restrictionId(name: string, argument: string | undefined): string {
  return argument === undefined ? idOf(name) : idOf(`${name}-${argument.replace(/=.*$/s, '').split('/').at(-1) ?? ''}`)
}
