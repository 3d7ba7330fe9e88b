/** What a rule does besides answering, as data: the dispatcher applies it and `explain` prints it. */
import type { NoteScope, NoteValue } from './notes.ts'
import type { SettingValue } from './policy.ts'
import type { SessionConfig } from './session.ts'

export type Effect =
  | { readonly kind: 'set_note'; readonly scope: NoteScope; readonly name: string; readonly value: NoteValue }
  | { readonly kind: 'add_note'; readonly scope: NoteScope; readonly name: string; readonly amount: number }
  | { readonly kind: 'set_flag'; readonly flag: 'relay_client' | 'immune'; readonly value: boolean }
  /** At `user_config`. */
  | { readonly kind: 'set_policy'; readonly name: string; readonly value: SettingValue }
  /** At `user_config`: where the recipient's own files are, with %u, %h or %a in it. */
  | { readonly kind: 'set_own_files'; readonly path: string }
  /** At `config`. */
  | { readonly kind: 'set_config'; readonly name: keyof SessionConfig; readonly value: SettingValue }
  | { readonly kind: 'add_score'; readonly amount: number }
  | { readonly kind: 'add_header'; readonly name: string; readonly value: string }
  | { readonly kind: 'remove_header'; readonly name: string }
  | { readonly kind: 'replace_header'; readonly name: string; readonly value: string }
  /** Mail to the recipient in question, or to all, goes to these addresses (`user@host`) instead. At least one. */
  | { readonly kind: 'deliver_to'; readonly addresses: readonly string[] }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string }

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Whether a line of this level is written where lines below `least` are not. */
export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least)
}
