/**
 * Where auth_vpopmail_sql finds vpopmail's table: three files, each with a default of the plugin's own (qpsmtpd
 * plugins/auth/auth_vpopmail_sql). A DSN is Perl's (DBI, DBD::mysql).
 */
import { argument, inPairs, lastOf, type Settle } from '../arguments.ts'
import type { ConfigText } from '../config-reader.ts'
import { type BuiltinRow, lineOf, type SettingFile } from './row.ts'

const DSN = 'dbi:mysql:dbname=vpopmail;host=127.0.0.1'
const USER = 'vpopmailuser'

/** The password itself stays where it is, if nothing stands before it: comments are none to whoever reads it here. */
const PASSWORD_FILE: SettingFile = {
  file: 'vpopmail_mysql_pass',
  keyed: ([first], path) => (first && isAtStart(first) ? [argument('password_file', path, first.at)] : []),
}

function isAtStart({ at }: ConfigText): boolean {
  return at.range.start.offset === 0
}

const SCHEMES: ReadonlyMap<string, string> = new Map([
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
  ['pg', 'postgres'],
])

/** `dbi:mysql:dbname=vpopmail;host=db.example.org;port=3307`, or `dbi:mysql:vpopmail:db.example.org:3307`. */
function urlOf(dsn: string, user: string): string | undefined {
  const [, driver = '', rest = ''] = /^dbi:(\w+)(?:\([^)]*\))?:(.*)$/i.exec(dsn) ?? []
  const scheme = SCHEMES.get(driver.toLowerCase())
  if (scheme === undefined) return undefined
  const said = rest.includes('=') ? new Map(rest.split(';').map(pairIn)) : new Map(rest.split(':').map(placeIn))
  const find = (...names: readonly string[]): string => names.map((name) => said.get(name)).find((value) => value) ?? ''
  const [host, port, socket] = [find('host', 'hostname') || 'localhost', find('port'), find('mysql_socket')]
  const where = `${host}${port && `:${port}`}/${encodeURIComponent(find('dbname', 'database', 'db'))}`
  return `${scheme}://${encodeURIComponent(user)}@${where}${socket && `?host=${encodeURIComponent(socket)}`}`
}

function pairIn(text: string): readonly [key: string, value: string] {
  const [key = '', value = ''] = text.split('=', 2)
  return [key.trim().toLowerCase(), value.trim()]
}

const PLACES = ['dbname', 'host', 'port']

function placeIn(text: string, index: number): readonly [key: string, value: string] {
  return [PLACES[index] ?? '', text]
}

const ofVpopmail: Settle = (given, at) => {
  const dsn = lastOf(given, 'vpopmail_mysql_dsn')
  const user = lastOf(given, 'vpopmail_mysql_user')
  const file = given.find(({ key }) => key.text === 'password_file')
  const url = urlOf(dsn?.text ?? DSN, user?.text ?? USER)
  const database =
    url === undefined ? argument('vpopmail_mysql_dsn', '', dsn?.at ?? at) : argument('database', url, dsn?.at ?? at)
  return [database, file ?? argument('vpopmail_mysql_pass', '', at)]
}

const IN_A_FILE = 'write the password alone into a file, and name it: `password_file: …`'

export const VPOPMAIL_SQL: BuiltinRow = {
  builtin: 'auth/auth_vpopmail_sql',
  keyed: (words) => (words.length === 0 ? inPairs(words) : undefined),
  mechanisms: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
  settings: [
    lineOf('vpopmail_mysql_dsn', 'vpopmail_mysql_dsn'),
    lineOf('vpopmail_mysql_user', 'vpopmail_mysql_user'),
    PASSWORD_FILE,
  ],
  settle: ofVpopmail,
  params: {
    database: { to: 'database' },
    password_file: { to: 'password_file' },
    vpopmail_mysql_dsn: { lost: 'stricter', instead: '`database: mysql://USER@HOST/DATABASE`' },
    vpopmail_mysql_pass: { lost: 'stricter', instead: IN_A_FILE },
  },
}
