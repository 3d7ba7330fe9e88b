/** Passwords in other programs' configuration, for excerpts in reports: a report may be shown to anybody. */
import { basename } from 'node:path'

/** A name that says so: `password`, `auth_pass`, `dbpass`, `bindpw`, `sasl_password_maps`; not `bypass`, `checkpassword`. */
const NAME = '[\\w.-]*?(?<!by|check)(?:pass|passwd|password|pwd?|secret|token|api_?key)(?:[_.-][\\w.-]*)?'

/** The value of such a setting, to the end of its logical line (postconf(5)). */
const SETTING = new RegExp(`((?:^|[\\s{,])${NAME}\\s*=)([^\\n]*(?:\\n[ \\t][^\\n]*)*)`, 'gim')

/** An argument behind such a word, as plugins of qpsmtpd have them. */
const ARGUMENT = new RegExp(`((?<=[ \\t"'])${NAME}["']?(?:[ \\t]*[=:][ \\t]*|[ \\t]+))(\\S+)`, 'gim')

/** `mysql://user:password@host`, whatever stands in the password. */
const URL_PASSWORD = /(:\/\/[^/\s:@]*:)(\S+)(?=@)/g

/** Files in which every value is one. */
const ALL_VALUES = /(=)([^\n]*)/g
const PASSWORD_FILES: ReadonlySet<string> = new Set(['auth_flat_file.ini', 'auth_enc_file.ini'])
const ARGUMENT_FILES: ReadonlySet<string> = new Set(['plugins'])

/** The same text, line by line and column by column. */
export function maskSecrets(path: string, text: string): string {
  const name = basename(path)
  const settings = PASSWORD_FILES.has(name) ? ALL_VALUES : ARGUMENT_FILES.has(name) ? ARGUMENT : SETTING
  return text.replace(settings, masked).replace(URL_PASSWORD, masked)
}

function masked(_: string, before: string, secret: string): string {
  return before + secret.replace(/\S/g, '*')
}
