/** Passwords in other programs' configuration, for excerpts in reports: a report may be shown to anybody. */
import { basename } from 'node:path'

/** The value of a setting whose name says that it is one, to the end of its logical line (postconf(5)). */
const SETTING =
  /((?:^|[\s{,])(?:[\w.-]*[_.-])?(?:pass|passwd|password|secret|pw)(?:[_.-][\w.-]*)?\s*=)([^\n]*(?:\n[ \t][^\n]*)*)/gim

/** `mysql://user:password@host` */
const URL_PASSWORD = /(:\/\/[^/\s:@]*:)([^@\s/]+)(?=@)/g

/** Files in which every value is one. */
const ALL_VALUES = /(=)([^\n]*)/g
const PASSWORD_FILES: ReadonlySet<string> = new Set(['auth_flat_file.ini', 'auth_enc_file.ini'])

/** The same text, line by line and column by column. */
export function maskSecrets(path: string, text: string): string {
  const all = PASSWORD_FILES.has(basename(path)) ? text.replace(ALL_VALUES, masked) : text
  return all.replace(SETTING, masked).replace(URL_PASSWORD, masked)
}

function masked(_: string, before: string, secret: string): string {
  return before + secret.replace(/\S/g, '*')
}
