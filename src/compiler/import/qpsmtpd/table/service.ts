/** Plugins for logins, queues, logs and settings. */
import { asNumber, byPlace, inSeconds, type Keyed } from '../arguments.ts'
import { absent, type BuiltinRow, pairsOf, type Rows, wordsOfLine } from './row.ts'
import { VPOPMAIL_SQL } from './vpopmail-sql.ts'

const SERVER: Pick<BuiltinRow, 'keyed' | 'params'> = {
  keyed: byPlace('host', 'port'),
  params: { host: { to: 'host' }, port: { to: 'port', as: asNumber } },
}
/** Some plugins want the password in clear; with CRAM-MD5 it is never said. */
const WITH_PASSWORD: readonly string[] = ['PLAIN', 'LOGIN']
const WITH_CHALLENGE: readonly string[] = [...WITH_PASSWORD, 'CRAM-MD5']

/** A socket, then flags of cleanup(8). */
const ofCleanup: Keyed = (words) =>
  words.map((value) => ({ key: { text: value.text.startsWith('/') ? 'socket' : 'flag', at: value.at }, value }))

const CHECKPASSWORD: BuiltinRow = {
  builtin: 'auth/auth_checkpassword',
  mechanisms: WITH_PASSWORD,
  settings: [wordsOfLine('smtpauth-checkpassword', byPlace('checkpw', 'true'))],
  params: { checkpw: { to: 'checkpw' }, true: { to: 'true_program' } },
}
const PAM: BuiltinRow = { builtin: 'auth/auth_pam', mechanisms: WITH_PASSWORD }
const HTTP: BuiltinRow = { builtin: 'queue/http-forward', keyed: byPlace('url'), params: { url: { to: 'url' } } }
const ZMAILER: BuiltinRow = { builtin: 'queue/zmailer-queue' }

export const SERVICE: Rows = {
  'auth/auth_flat_file': {
    builtin: 'auth/auth_flat_file',
    files: { flat_auth_pw: 'flat_auth_pw' },
    mechanisms: WITH_CHALLENGE,
  },
  'auth/auth_checkpassword': CHECKPASSWORD,
  authcheckpassword: CHECKPASSWORD,
  'auth/auth_imap': { builtin: 'auth/auth_imap', ...SERVER, mechanisms: WITH_PASSWORD },
  'auth/auth_ldap_bind': {
    builtin: 'auth/auth_ldap_bind',
    mechanisms: WITH_PASSWORD,
    settings: [pairsOf('ldap')],
    params: {
      ldap_base: { to: 'ldap_base' },
      ldap_host: { to: 'ldap_host' },
      ldap_port: { to: 'ldap_port', as: asNumber },
      ldap_timeout: { to: 'ldap_timeout', as: inSeconds },
      ldap_auth_filter_attr: { to: 'ldap_auth_filter_attr' },
    },
  },
  'auth/auth_cvm_unix_local': absent(
    'a CVM socket is not asked',
    'stricter',
    '`auth/auth_pam` or `auth/auth_checkpassword`',
  ),
  'auth/auth_vpopmail': absent(
    'libvpopmail is not asked',
    'stricter',
    '`auth/auth_checkpassword: { checkpw: …/vchkpw }`',
  ),
  'auth/auth_vpopmail_sql': VPOPMAIL_SQL,
  'auth/auth_vpopmaild': absent(
    'vpopmaild is not asked',
    'stricter',
    '`auth/auth_checkpassword` or `auth/auth_dovecot`',
  ),
  'auth/authdeny': { builtin: 'auth/authdeny', mechanisms: WITH_CHALLENGE },
  authpam: PAM,
  'auth/authpam': PAM,
  auth_smtpd: { builtin: 'auth/auth_smtpd', ...SERVER, mechanisms: WITH_PASSWORD },
  'queue/qmail-queue': {
    builtin: 'queue/qmail-queue',
    keyed: byPlace('program'),
    params: { program: { to: 'program' } },
  },
  'queue/maildir': {
    builtin: 'queue/maildir',
    keyed: byPlace('path', 'subdirectory', 'permissions'),
    params: {
      path: { to: 'path' },
      subdirectory: { to: 'subdirectory' },
      permissions: { to: 'permissions', as: (text) => (/^[0-7]{3}$/.test(text) ? text : undefined) },
    },
  },
  // Postfix's sendmail knows where its socket is.
  'queue/postfix-queue': { builtin: 'queue/postfix-queue', keyed: ofCleanup, params: { socket: {}, flag: {} } },
  'queue/smtp-forward': {
    builtin: 'queue/smtp-forward',
    keyed: byPlace('host', 'port', 'flag'),
    params: {
      host: { to: 'host' },
      port: { to: 'port', as: asNumber },
      flag: { to: 'xclient', as: (text) => (text.toLowerCase() === 'xclient' ? true : undefined) },
    },
  },
  'queue/exim-bsmtp': { builtin: 'queue/exim-bsmtp', params: { exim_path: { to: 'exim_path' } } },
  'http-forward': HTTP,
  'queue/http-forward': HTTP,
  'zmailer-queue': ZMAILER,
  'queue/zmailer-queue': ZMAILER,
  http_config: {
    builtin: 'http_config',
    keyed: byPlace('source'),
    params: { source: { to: 'source', as: (url) => `${url}{key}` } },
    partly: {
      effect: 'laxer',
      message: 'asks for `me`, `smtpgreeting`, `databytes` and `timeout` alone: lists come from files',
      instead:
        'name its URL for each list, such as `badmailfrom: { badmailfrom: "URL/badmailfrom" }` and `local_domains: URL/rcpthosts`, or files fetched beforehand',
    },
  },
  user_config: { builtin: 'user_config', keyed: byPlace('pattern'), params: { pattern: { to: 'pattern' } } },
}
