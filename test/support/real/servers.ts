/** Real databases and directories for tests, on loopback, each in a directory of its own, with the entries a test gives. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { atEnd } from '../ends.ts'
import { findProgram, needs, startProgram } from './programs.ts'
import { freePort } from '../free-port.ts'

export type Entries = ReadonlyMap<string, string>

const isRoot = process.getuid?.() === 0

export const tlsFile = (name: string): string => new URL(`../tls/${name}`, import.meta.url).pathname

function ownDirectory(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `postern-${name}-`))
  chmodSync(path, 0o755)
  atEnd(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export const redisServer = findProgram('redis-server')
export const noRedis = needs(redisServer, 'redis-server')

export interface RunningRedis {
  readonly port: number
  stop(): Promise<void>
}

export async function startRedis(port: number, more: readonly string[] = []): Promise<RunningRedis> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more]
  const program = await startProgram(redisServer ?? '', args, { port })
  return { port, stop: () => program.stop() }
}

const DEBIAN = '/usr/lib/postgresql'

function postgresDirectories(): readonly string[] {
  try {
    return ['/usr/bin', ...readdirSync(DEBIAN).map((version) => `${DEBIAN}/${version}/bin`)]
  } catch {
    return ['/usr/bin']
  }
}

const [initdb, postgres, psql] = ['initdb', 'postgres', 'psql'].map((name) => findProgram(name, postgresDirectories()))
/** PostgreSQL does not run as root. */
const postgresUser = isRoot ? userNumbers('postgres') : {}
export const noPostgres =
  needs(initdb, 'initdb (Debian package postgresql)') ||
  needs(postgres, 'postgres') ||
  needs(psql, 'psql') ||
  (postgresUser === undefined && 'needs a user postgres')

function userNumbers(name: string): { readonly uid: number; readonly gid: number } | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
  return uid?.status === 0 && gid?.status === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined
}

export interface RunningPostgres {
  readonly port: number
  /** Where its Unix socket is. */
  readonly directory: string
}

/** A user `postern` with the password `sesame`, who may read every table; with TLS. */
export async function startPostgres(sql: string): Promise<RunningPostgres> {
  const [directory, port] = [ownDirectory('postgres'), await freePort()]
  const [data, key] = [join(directory, 'data'), join(directory, 'server.key')]
  mkdirSync(data)
  writeFileSync(join(directory, 'password'), 'sesame\n')
  writeFileSync(key, readFileSync(tlsFile('server.key')), { mode: 0o600 })
  if (isRoot) execFileSync('chown', ['postgres', data, key])
  const flags = ['-D', data, '-U', 'admin', `--pwfile=${directory}/password`, '-A', 'scram-sha-256', '-E', 'UTF8']
  execFileSync(initdb ?? '', [...flags, '--no-sync', '--locale=C.UTF-8'], {
    ...postgresUser,
    cwd: '/',
    stdio: 'ignore',
  })
  const tls = ['ssl=on', `ssl_cert_file=${tlsFile('server.pem')}`, `ssl_key_file=${key}`]
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${data}`, ...tls]
  const program = await startProgram(
    postgres ?? '',
    ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one]), '-F'],
    { port },
    // SIGTERM would wait for the connections that are kept.
    { ...postgresUser, endedBy: 'SIGINT' },
  )
  atEnd(() => program.stop())
  await runSql(port, `${POSTGRES_READER}\n${sql}`)
  return { port, directory: data }
}

const POSTGRES_READER =
  "CREATE ROLE postern LOGIN PASSWORD 'sesame'; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO postern;"

async function runSql(port: number, sql: string): Promise<void> {
  const env = { PATH: process.env['PATH'], PGPASSWORD: 'sesame' }
  for (;;) {
    const args = ['-qX', '-h', '127.0.0.1', '-p', String(port), '-U', 'admin', 'postgres']
    const { status, stderr } = spawnSync(psql ?? '', args, { input: sql, env, encoding: 'utf8' })
    if (status === 0) return
    // It listens before it answers.
    if (!/the database system is starting up/.test(stderr)) throw new Error(stderr)
    await setTimeout(20)
  }
}

const [mariadbd, installDb, mariadb] = ['mariadbd', 'mariadb-install-db', 'mariadb'].map((name) => findProgram(name))
export const noMariadb =
  needs(mariadbd, 'mariadbd (Debian package mariadb-server)') ||
  needs(installDb, 'mariadb-install-db') ||
  needs(mariadb, 'mariadb')

/** A user `postern` with the password `sesame`, and a database `mail`. */
export async function startMariadb(sql: string): Promise<number> {
  const [directory, port] = [ownDirectory('mariadb'), await freePort()]
  const [data, socket] = [join(directory, 'data'), join(directory, 'socket')]
  const user = isRoot ? ['--user=root'] : []
  const install = [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ]
  execFileSync(installDb ?? '', install, { stdio: 'ignore' })
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--pid-file=${directory}/pid`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--ssl-cert=${tlsFile('server.pem')}`,
    `--ssl-key=${tlsFile('server.key')}`,
    '--character-set-server=utf8mb4',
    '--innodb-flush-log-at-trx-commit=0',
    ...user,
  ]
  const program = await startProgram(mariadbd ?? '', args, { port })
  atEnd(() => program.stop())
  const grant =
    "CREATE DATABASE mail; CREATE USER postern@'%' IDENTIFIED BY 'sesame'; GRANT SELECT ON mail.* TO postern@'%'; USE mail;"
  execFileSync(mariadb ?? '', ['--no-defaults', `--socket=${socket}`, '-uroot', '--default-character-set=utf8mb4'], {
    input: `${grant}\n${sql}`,
  })
  return port
}

const [slapd, slapadd] = [findProgram('slapd'), findProgram('slapadd')]
export const noSlapd = needs(slapd, 'slapd') || needs(slapadd, 'slapadd')
export const LDAP_BASE = 'dc=example,dc=org'

export interface RunningSlapd {
  readonly port: number
  readonly tlsPort: number
}

/** What is below LDAP_BASE, in LDIF, and who may see it (`access`, slapd.conf(5)); with TLS. */
export async function openSlapd(ldif: string, access: readonly string[]): Promise<RunningSlapd> {
  const [directory, port, tlsPort] = [ownDirectory('slapd'), await freePort(), await freePort()]
  mkdirSync(join(directory, 'db'))
  const configuration = join(directory, 'slapd.conf')
  writeFileSync(
    configuration,
    [
      ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      `pidfile ${directory}/slapd.pid`,
      `TLSCACertificateFile ${tlsFile('ca.pem')}`,
      `TLSCertificateFile ${tlsFile('server.pem')}`,
      `TLSCertificateKeyFile ${tlsFile('server.key')}`,
      'database mdb',
      'maxsize 10485760',
      `suffix "${LDAP_BASE}"`,
      `directory ${directory}/db`,
      ...access.map((one) => `access ${one}`),
      '',
    ].join('\n'),
  )
  const input = `${LDAP_TOP}\n${ldif}`
  const { status, stderr } = spawnSync(slapadd ?? '', ['-f', configuration], { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const urls = `ldap://127.0.0.1:${port}/ ldaps://127.0.0.1:${tlsPort}/`
  const program = await startProgram(slapd ?? '', ['-f', configuration, '-h', urls, '-d', '0'], { port })
  atEnd(() => program.stop())
  return { port, tlsPort }
}

const LDAP_TOP = `dn: ${LDAP_BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: cn=reader,${LDAP_BASE}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: readerpw
`

/** Each entry is a person with the key as `o` and the value as `description`, for `cn=reader` with `readerpw` to see. */
export async function startSlapd(entries: Entries): Promise<number> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const people = Array.from(entries, ([key, value], index) =>
    [
      `dn: cn=p${index},${LDAP_BASE}`,
      'objectClass: inetOrgPerson',
      `cn: p${index}`,
      'sn: x',
      `o:: ${base64(key)}`,
      ...(value === '' ? [] : [`description:: ${base64(value)}`]),
      '',
    ].join('\n'),
  )
  const access = [`to * by dn.base="cn=reader,${LDAP_BASE}" read by anonymous auth`]
  const { port } = await openSlapd(people.join('\n'), access)
  return port
}

const cdb = findProgram('cdb')
export const noCdb = needs(cdb, 'cdb (Debian package tinycdb)')

/** As Debian's tinycdb makes it. */
export function makeCdb(path: string, entries: Entries): void {
  const records = Array.from(entries, ([key, value]) =>
    Buffer.concat([
      Buffer.from(`+${Buffer.byteLength(key)},${Buffer.byteLength(value)}:`),
      Buffer.from(`${key}->${value}\n`),
    ]),
  )
  execFileSync(cdb ?? '', ['-c', path], { input: Buffer.concat([...records, Buffer.from('\n')]) })
}
