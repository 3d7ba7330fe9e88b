/** Real databases and directories for tests, on loopback, each in a directory of its own, with the entries a test gives. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd } from './ends.ts'
import { findProgram, freePort, needs, startProgram } from '../auth/programs.ts'

export type Entries = ReadonlyMap<string, string>

const isRoot = process.getuid?.() === 0

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
export const noPostgres =
  needs(initdb, 'initdb (Debian package postgresql)') || needs(postgres, 'postgres') || needs(psql, 'psql')

/** A superuser `postern` with the password `sesame`. */
export async function startPostgres(sql: string): Promise<number> {
  const [directory, port] = [ownDirectory('postgres'), await freePort()]
  const data = join(directory, 'data')
  mkdirSync(data)
  writeFileSync(join(directory, 'password'), 'sesame\n')
  const own = isRoot ? userNumbers('postgres') : {}
  if (isRoot) execFileSync('chown', ['postgres', data])
  const flags = ['-D', data, '-U', 'postern', `--pwfile=${directory}/password`, '-A', 'scram-sha-256', '-E', 'UTF8']
  execFileSync(initdb ?? '', [...flags, '--no-sync', '--locale=C.UTF-8'], { ...own, cwd: '/', stdio: 'ignore' })
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${data}`].flatMap((one) => ['-c', one])
  const program = await startProgram(
    postgres ?? '',
    ['-D', data, '-p', String(port), ...settings, '-F'],
    { port },
    { ...own, endedBy: 'SIGINT' },
  )
  atEnd(() => program.stop())
  const env = { PATH: process.env['PATH'], PGPASSWORD: 'sesame' }
  execFileSync(psql ?? '', ['-qX', '-h', '127.0.0.1', '-p', String(port), '-U', 'postern', 'postgres'], {
    input: sql,
    env,
  })
  return port
}

function userNumbers(name: string): { readonly uid: number; readonly gid: number } {
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name])))
  return { uid, gid }
}

export const tlsFile = (name: string): string => new URL(`../../support/tls/${name}`, import.meta.url).pathname

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

/** Each entry is a person with the key as `mail` and the value as `description`, for `cn=reader` with `readerpw` to see. */
export async function startSlapd(entries: Entries): Promise<number> {
  const [directory, port] = [ownDirectory('slapd'), await freePort()]
  mkdirSync(join(directory, 'db'))
  const configuration = join(directory, 'slapd.conf')
  writeFileSync(
    configuration,
    [
      ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      `pidfile ${directory}/slapd.pid`,
      'database mdb',
      'maxsize 10485760',
      `suffix "${LDAP_BASE}"`,
      `directory ${directory}/db`,
      `access to * by dn.base="cn=reader,${LDAP_BASE}" read by anonymous auth`,
      '',
    ].join('\n'),
  )
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
  const top = `dn: ${LDAP_BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n`
  const reader = `dn: cn=reader,${LDAP_BASE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: readerpw\n`
  const input = [top, reader, ...people].join('\n')
  const { status, stderr } = spawnSync(slapadd ?? '', ['-f', configuration], { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const program = await startProgram(slapd ?? '', ['-f', configuration, '-h', `ldap://127.0.0.1:${port}/`, '-d', '0'], {
    port,
  })
  atEnd(() => program.stop())
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
