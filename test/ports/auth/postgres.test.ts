/** auth_sql and a real PostgreSQL, and with servers that are none. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { authSql } from '../../../src/ports/auth/sql.ts'
import { type Backend, backend, provided } from './asking.ts'
import { fakeBackend, HANG } from './fake-backend.ts'
import { findProgram, freePort, needs, type Program, startProgram } from './programs.ts'
import { temporaryDirectory } from './temp.ts'

const directory = temporaryDirectory()
const tlsFile = (name: string): string => new URL(`../../support/tls/${name}`, import.meta.url).pathname

function debianDirectories(): readonly string[] {
  try {
    return readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`)
  } catch {
    return []
  }
}

const [initdb, postgres, psql] = ['initdb', 'postgres', 'psql'].map((name) =>
  findProgram(name, ['/usr/bin', ...debianDirectories()]),
)
const isRoot = process.getuid?.() === 0
/** PostgreSQL does not run as root. */
const user = isRoot ? userNumbers('postgres') : {}
const skip =
  needs(initdb, 'initdb (Debian package postgresql)') ||
  needs(postgres, 'postgres') ||
  needs(psql, 'psql') ||
  (user === undefined ? 'needs a user postgres' : false)

function userNumbers(name: string): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] })),
    )
    return uid === undefined || gid === undefined ? undefined : { uid, gid }
  } catch {
    return undefined
  }
}

const TABLE = `
CREATE TABLE vpopmail (pw_name text, pw_domain text, pw_clear_passwd text, PRIMARY KEY (pw_name, pw_domain));
INSERT INTO vpopmail VALUES ('ann', 'example.org', 'pencil'), ('bob', 'example.org', NULL), ('o''hara', 'example.org', 'x');
CREATE ROLE postern LOGIN PASSWORD 'sesame';
GRANT SELECT ON vpopmail TO postern;
`

let port = 0
let server: Program | undefined
before(async () => {
  if (skip !== false || !initdb || !postgres || !psql) return
  const own = user ?? {}
  chmodSync(directory, 0o755)
  const data = join(directory, 'data')
  mkdirSync(data)
  if (isRoot) execFileSync('chown', ['postgres', data])
  writeFileSync(join(directory, 'first'), 'first\n')
  writeFileSync(join(directory, 'server.key'), readFileSync(tlsFile('server.key')), { mode: 0o600 })
  if (isRoot) execFileSync('chown', ['postgres', join(directory, 'server.key')])
  const flags = [
    '-D',
    data,
    '-U',
    'admin',
    `--pwfile=${directory}/first`,
    '-A',
    'scram-sha-256',
    '-E',
    'UTF8',
    '--no-sync',
  ]
  execFileSync(initdb, [...flags, '--locale=C.UTF-8'], { ...own, cwd: '/', stdio: 'ignore' })
  port = await freePort()
  const tls = ['ssl=on', `ssl_cert_file=${tlsFile('server.pem')}`, `ssl_key_file=${directory}/server.key`]
  const settings = [
    ...tls.flatMap((setting) => ['-c', setting]),
    '-D',
    data,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${data}`,
  ]
  // SIGTERM would wait for the connections that are kept.
  server = await startProgram(postgres, [...settings, '-F'], { port }, { ...own, endedBy: 'SIGINT' })
  const env = { PATH: process.env['PATH'], PGPASSWORD: 'first' }
  execFileSync(psql, ['-qX', '-h', '127.0.0.1', '-p', String(port), '-U', 'admin', 'postgres'], { input: TABLE, env })
  writeFileSync(join(directory, 'sesame'), 'sesame\n')
})
after(async () => {
  await server?.stop()
})

const QUERY = 'SELECT pw_clear_passwd FROM vpopmail WHERE pw_name = lower(:local) AND pw_domain = lower(:domain)'

function database(query = QUERY, name = 'postern'): Backend {
  const url = `postgres://${name}@127.0.0.1:${port}/postgres`
  return backend(authSql, { database: url, query, password_file: join(directory, 'sesame') })
}

describe('auth_sql and PostgreSQL', () => {
  for (const [name, password, truth] of [
    ['ann@example.org', 'pencil', 'hit'],
    ['ANN@Example.org', 'pencil', 'hit'],
    ['ann@example.org', 'pen', 'miss'],
    ['ann', 'pencil', 'miss'],
    ['bob@example.org', 'pencil', 'miss'],
    ['nobody@example.org', 'pencil', 'miss'],
    ["o'hara@example.org", 'x', 'hit'],
    ["' OR 1=1 --@example.org", 'pencil', 'miss'],
  ] as const)
    test(`${name} with ${password}: ${truth}`, { skip }, async () => {
      const match = await database().logIn(name, password)
      assert.equal(match.truth, truth, match.because)
    })
  const places: Readonly<Record<string, readonly [suffix: string, truth: string]>> = {
    'TLS, and a good certificate': [`?sslmode=verify-full&sslrootcert=${tlsFile('ca.pem')}`, 'hit'],
    'TLS, and a certificate that nobody we know has signed': ['?sslmode=verify-full', 'unknown'],
    'a file of authorities that is not there': ['?sslmode=verify-full&sslrootcert=/nowhere', 'unknown'],
    'a Unix socket': [`?host=${join(directory, 'data')}`, 'hit'],
  }
  for (const [what, [suffix, truth]] of Object.entries(places))
    test(`${what}: ${truth}`, { skip }, async () => {
      const url = `postgres://postern@127.0.0.1:${port}/postgres${suffix}`
      const options = { database: url, query: QUERY, password_file: join(directory, 'sesame') }
      const match = await backend(authSql, options).logIn('ann@example.org', 'pencil')
      assert.equal(match.truth, truth, match.because)
    })
  test('many at once, over a few connections', { skip }, async () => {
    const { logIn } = database()
    const answers = await Promise.all(Array.from({ length: 40 }, () => logIn('ann@example.org', 'pencil')))
    assert.ok(answers.every(({ truth }) => truth === 'hit'))
  })
  test('what is stored for challenges is handed over', { skip }, async () => {
    assert.deepEqual((await provided(database(), 'ann@example.org'))[0]?.secret, { kind: 'clear', password: 'pencil' })
  })
  for (const [what, store, because] of [
    ['a query that is none', () => database('SELEC :user'), /syntax error/],
    [
      'a table that is not ours',
      () => database('SELECT rolpassword FROM pg_authid WHERE rolname = :user'),
      /permission denied/,
    ],
    ['more than one row', () => database('SELECT p FROM (VALUES (:user), (:local)) AS t (p)'), /more than one row/],
    ['a user that the database does not know', () => database(QUERY, 'stranger'), /password authentication failed/],
  ] as const)
    test(`${what} is unknown`, { skip }, async () => {
      const match = await store().logIn('ann@example.org', 'pencil')
      assert.equal(match.truth, 'unknown')
      assert.match(match.because ?? '', because)
    })
})

describe('auth_sql and a server that is no PostgreSQL', () => {
  test('none is unknown', async () => {
    const { logIn } = backend(authSql, { database: 'postgres://postern@127.0.0.1:1/mail', query: QUERY })
    assert.match((await logIn('ann@example.org', 'pencil')).because ?? '', /ECONNREFUSED/)
  })
  test('one that says nothing is unknown when its time is over', async () => {
    const fake = await fakeBackend([['', HANG]])
    const url = `postgres://postern@127.0.0.1:${fake.port}/mail`
    const { logIn, clock } = backend(authSql, { database: url, query: QUERY })
    const answer = logIn('ann@example.org', 'pencil')
    await fake.reached
    clock.advance(20_000)
    assert.deepEqual(await answer, { truth: 'unknown', because: 'no answer within 20000 ms' })
  })
  test('one that speaks nonsense is unknown', async () => {
    const fake = await fakeBackend([['', '220 mail.example ESMTP\r\n']])
    const url = `postgres://postern@127.0.0.1:${fake.port}/mail`
    const { logIn, clock } = backend(authSql, { database: url, query: QUERY })
    const answer = logIn('ann@example.org', 'pencil')
    await fake.reached
    clock.advance(20_000)
    assert.equal((await answer).truth, 'unknown')
  })
})
