/** The words that ask somebody whether a login is right. Each is unknown when that somebody cannot say. */
import type { MatcherWord } from '../../core/word.ts'
import { authFile } from './auth-file.ts'
import { authCheckpassword } from './checkpassword.ts'
import { authDovecot } from './dovecot.ts'
import { authImap } from './imap.ts'
import { authLdap } from './ldap.ts'
import { authSaslauthd } from './saslauthd.ts'
import { authSmtp } from './smtp.ts'
import { authSql } from './sql.ts'

export const AUTH_WORDS: readonly MatcherWord[] = [
  authCheckpassword,
  authDovecot,
  authFile,
  authImap,
  authLdap,
  authSaslauthd,
  authSmtp,
  authSql,
].map((word): MatcherWord => ({ ...word, outside: true }))
