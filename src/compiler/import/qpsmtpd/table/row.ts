/** What becomes of a plugin of qpsmtpd: a builtin with its arguments, a setting of the site, or a reason why nothing does. */
import type { ListKind } from '../../../../core/list.ts'
import type { Value } from '../../nodes.ts'
import { absent, type AbsentRow, type Effect } from '../../say.ts'
import type { Argument, Convert, Keyed, Settle } from '../arguments.ts'
import { type ConfigText, wordsOf } from '../config-reader.ts'

export { absent }

export interface ListUse {
  readonly param: string
  readonly file: string
  readonly kind: ListKind
  /** The builtin does without the file. */
  readonly optional?: true
  /** The builtin looks for another file unless it is told. */
  readonly named?: true
  /** qpsmtpd asks a cdb file of this name, with `.cdb` behind it, and no other. */
  readonly cdb?: true
  /** The plugin of qpsmtpd does not read it: it is empty. */
  readonly unread?: true
}

/** An argument becomes a parameter. */
export interface ParamUse {
  /** Without it the argument is not carried over. */
  readonly to?: string
  readonly as?: Convert
  /** It names a file or a directory to read. */
  readonly isInput?: true
  /** What is without an argument that is not carried over, unless it is 0. */
  readonly lost?: Effect
  /** It has an effect beside this plugin alone. */
  readonly beside?: string
  /** What to write in its place. */
  readonly instead?: string
}

/** A file that says arguments; those of the line win. */
export interface SettingFile {
  readonly file: string
  /** `path`: the file's. */
  readonly keyed: (lines: readonly ConfigText[], path: string) => readonly Argument[]
}

export interface Rejects {
  readonly type: boolean
  /**
   * What `reject naughty` comes to, where that is not what it says: the plugin refuses at once all the same, or it has no
   * reject_type of its own, and naughty's holds.
   */
  readonly naughty?: 'at-once' | 'typeless'
}

export interface BuiltinRow {
  readonly builtin: string
  readonly lists?: readonly ListUse[]
  /** How the arguments are written, where they are not keys and values. */
  readonly keyed?: Keyed
  readonly params?: Readonly<Record<string, ParamUse>>
  /** `reject` is understood, and with `type` also `reject_type`. */
  readonly rejects?: Rejects
  readonly settings?: readonly SettingFile[]
  readonly settle?: Settle
  /** Parameters that are files in the configuration's directory. */
  readonly files?: Readonly<Record<string, string>>
  /** What the plugin's name alone says. */
  readonly always?: Readonly<Record<string, Value>>
  /** What the builtin leaves undone, whatever its arguments are. */
  readonly partly?: { readonly effect: Effect; readonly message: string; readonly instead: string }
  /** With this argument, what is said of a message is said for each recipient. */
  readonly splits?: string
  /** It answers logins, with these mechanisms. */
  readonly mechanisms?: readonly string[]
}

/** A part of the site file. */
export interface SettingRow {
  readonly setting: 'tls'
}

export type PluginRow = BuiltinRow | AbsentRow | SettingRow
export type Rows = Readonly<Record<string, PluginRow>>

export function isBuiltin(row: PluginRow): row is BuiltinRow {
  return 'builtin' in row
}

export function list(file: string, kind: ListKind, param = file): ListUse {
  return { param, file, kind }
}

export function optionalList(file: string, kind: ListKind, param = file): ListUse {
  return { param, file, kind, optional: true }
}

export function unreadList(file: string, kind: ListKind): ListUse {
  return { ...list(file, kind), unread: true }
}

/** Its first line is the argument of this name. */
export function lineOf(file: string, key: string): SettingFile {
  return { file, keyed: (lines) => lines.slice(0, 1).map((value) => ({ key: { text: key, at: value.at }, value })) }
}

/** The words of its first line are arguments. */
export function wordsOfLine(file: string, keyed: Keyed): SettingFile {
  return { file, keyed: ([line]) => (line && keyed(wordsOf(line))) ?? [] }
}

/** Each line is a key and its value. */
export function pairsOf(file: string): SettingFile {
  return { file, keyed: (lines) => lines.flatMap((line) => pairIn(wordsOf(line))) }
}

function pairIn([key, value]: readonly ConfigText[]): readonly Argument[] {
  return key && value ? [{ key, value }] : []
}

/** The builtin does without it; qpsmtpd has it as a cdb file. */
export function cdbList(file: string, kind: ListKind): ListUse {
  return { ...optionalList(file, kind), cdb: true }
}

/** `effect`: what its absence does. */
export function notYet(effect: Effect = 'laxer'): AbsentRow {
  return absent('Postern has no such plugin yet', effect)
}
