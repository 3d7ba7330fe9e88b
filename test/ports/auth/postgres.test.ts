/** auth_sql and a real PostgreSQL, and with servers that are none. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { authSql } from '../../../src/ports/auth/sql.ts'
import { type Backend, backend, provided } from './asking.ts'
import { fakeBackend, HANG } from './fake-backend.ts'
import { noPostgres, startPostgres, tlsFile } from '../../support/real/servers.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const directory = temporaryDirectory()
writeFileSync(join(directory, 'sesame'), 'sesame\n')

const TABLE = `
CREATE TABLE vpopmail (pw_name text, pw_domain text, pw_clear_passwd text, PRIMARY KEY (pw_name, pw_domain));
INSERT INTO vpopmail VALUES ('ann', 'example.org', 'pencil'), ('bob', 'example.org', NULL), ('o''hara', 'example.org', 'x');
`

let [port, sockets] = [0, '']
before(async () => {
  if (noPostgres !== false) return
  const server = await startPostgres(TABLE)
  port = server.port
  sockets = server.directory
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
    test(`${name} with ${password}: ${truth}`, { skip: noPostgres }, async () => {
      const match = await database().logIn(name, password)
      assert.equal(match.truth, truth, match.because)
    })
  const places: Readonly<Record<string, readonly [suffix: string, truth: string]>> = {
    'TLS, and a good certificate': [`?sslmode=verify-full&sslrootcert=${tlsFile('ca.pem')}`, 'hit'],
    'TLS, and a certificate that nobody we know has signed': ['?sslmode=verify-full', 'unknown'],
    'a file of authorities that is not there': ['?sslmode=verify-full&sslrootcert=/nowhere', 'unknown'],
    'a Unix socket': ['?host=SOCKETS', 'hit'],
  }
  for (const [what, [suffix, truth]] of Object.entries(places))
    test(`${what}: ${truth}`, { skip: noPostgres }, async () => {
      const url = `postgres://postern@127.0.0.1:${port}/postgres${suffix.replace('SOCKETS', sockets)}`
      const options = { database: url, query: QUERY, password_file: join(directory, 'sesame') }
      const match = await backend(authSql, options).logIn('ann@example.org', 'pencil')
      assert.equal(match.truth, truth, match.because)
    })
  test('many at once, over a few connections', { skip: noPostgres }, async () => {
    const { logIn } = database()
    const answers = await Promise.all(Array.from({ length: 40 }, () => logIn('ann@example.org', 'pencil')))
    assert.ok(answers.every(({ truth }) => truth === 'hit'))
  })
  test('what is stored for challenges is handed over', { skip: noPostgres }, async () => {
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
    test(`${what} is unknown`, { skip: noPostgres }, async () => {
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
