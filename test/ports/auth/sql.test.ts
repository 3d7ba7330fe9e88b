/** auth_sql: queries, and SQLite. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { before, describe, test } from 'node:test'
import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { userName } from '../../../src/ports/auth/login.ts'
import { readDatabaseUrl } from '../../../src/ports/sql/database-url.ts'
import { authSql } from '../../../src/ports/auth/sql.ts'
import { checkUserQuery, USER_PLACES, userValues } from '../../../src/ports/auth/sql-query.ts'
import { readQuery, valuesFor } from '../../../src/ports/sql/query.ts'
import { attemptOf, type Backend, backend, compiled, provided } from './asking.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

describe('a query', () => {
  const numbered = (sql: string): string => {
    checkUserQuery(sql)
    return readQuery(sql, { names: USER_PLACES, mark: (number) => `$${number}` }).text
  }
  for (const [sql, text] of [
    ['SELECT p FROM u WHERE n = :user', 'SELECT p FROM u WHERE n = $1'],
    ['SELECT p FROM u WHERE n=:local AND d=:domain', 'SELECT p FROM u WHERE n=$1 AND d=$2'],
    ['SELECT p FROM u WHERE n=:user OR m=:user', 'SELECT p FROM u WHERE n=$1 OR m=$2'],
    [
      "SELECT ':user'':local', \":domain\", n::text FROM u WHERE n=:user",
      "SELECT ':user'':local', \":domain\", n::text FROM u WHERE n=$1",
    ],
    [
      'SELECT p -- :user\nFROM u /* :local\n :x */ WHERE n=:user',
      'SELECT p -- :user\nFROM u /* :local\n :x */ WHERE n=$1',
    ],
    ["SELECT p FROM u WHERE t > '12:30' AND n=:user", "SELECT p FROM u WHERE t > '12:30' AND n=$1"],
  ] as const)
    test(sql.replaceAll('\n', ' '), () => assert.equal(numbered(sql), text))

  test('its parameters are the parts of the name, in order', () => {
    const query = checkUserQuery('SELECT :domain, :local, :user, :domain')
    assert.deepEqual(valuesFor(query, userValues(userName('a@b.example'))), [
      'b.example',
      'a',
      'a@b.example',
      'b.example',
    ])
    assert.deepEqual(valuesFor(query, userValues(userName('ann'))), [null, 'ann', 'ann', null])
  })
  for (const [sql, because] of [
    ['SELECT p FROM u', /must have :user or :local/],
    ['SELECT p FROM u WHERE d = :domain', /must have :user or :local/],
    ["SELECT ':user' FROM u", /must have :user or :local/],
    ['SELECT p FROM u WHERE n = :user AND s = :secret', /has :secret; :user, :local and :domain are known/],
  ] as const)
    test(`${sql} is refused at load`, () => assert.throws(() => numbered(sql), { message: because }))
})

const directory = temporaryDirectory()
const file = join(directory, 'users.db')
const NAMES = ['pw_name', 'pw_domain', 'pw_passwd', 'pw_clear_passwd']

/** vpopmail's table, as far as a login needs it. */
before(() => {
  const database = new DatabaseSync(file)
  database.exec(`CREATE TABLE vpopmail (${NAMES.join(' TEXT, ')} TEXT, PRIMARY KEY (pw_name, pw_domain))`)
  const insert = database.prepare('INSERT INTO vpopmail VALUES (?, ?, ?, ?)')
  insert.run('ann', 'example.org', '$1$salt$hash', 'pencil')
  insert.run('bob', 'example.org', '$1$salt$hash', null)
  insert.run('eve', 'example.org', '', '')
  insert.run("o'hara", 'example.org', '', 'pencil')
  insert.run('twin', 'one.example', '', 'a')
  insert.run('twin', 'two.example', '', 'a')
  database.close()
})

const CLEAR = 'SELECT pw_clear_passwd FROM vpopmail WHERE pw_name = lower(:local) AND pw_domain = lower(:domain)'

function sqlite(query = CLEAR, database = file): Backend {
  return backend(authSql, { database: `sqlite:${database}`, query })
}

describe('auth_sql and SQLite', () => {
  for (const [user, password, truth] of [
    ['ann@example.org', 'pencil', 'hit'],
    ['ANN@Example.ORG', 'pencil', 'hit'],
    ['ann@example.org', 'pen', 'miss'],
    ['ann', 'pencil', 'miss'],
    ['nobody@example.org', 'pencil', 'miss'],
    ['bob@example.org', 'pencil', 'miss'],
    ['eve@example.org', '', 'miss'],
    ["o'hara@example.org", 'pencil', 'hit'],
    ["' OR 1=1 --@example.org", 'pencil', 'miss'],
    ["ann'; DROP TABLE vpopmail; --@example.org", 'pencil', 'miss'],
  ] as const)
    test(`${user} with ${password || 'nothing'}: ${truth}`, async () => {
      assert.equal((await sqlite().logIn(user, password)).truth, truth)
    })
  test('whatever the name holds, it is a name', async () => {
    const store = sqlite()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (name) => {
        fc.pre(name.toLowerCase() !== 'ann@example.org' && !name.includes('\0'))
        assert.equal((await store.logIn(name, 'pencil')).truth, 'miss')
      }),
    )
  })
  test('what is stored for challenges is handed over', async () => {
    assert.deepEqual((await provided(sqlite(), 'ann@example.org'))[0]?.secret, { kind: 'clear', password: 'pencil' })
    assert.deepEqual(await provided(sqlite(), 'nobody@example.org'), [])
  })
  for (const [what, store, because] of [
    [
      'a scheme that cannot be checked',
      sqlite(CLEAR.replace('pw_clear_passwd', 'pw_passwd')),
      /^\$1\$ cannot be checked/,
    ],
    ['more than one row', sqlite('SELECT pw_clear_passwd FROM vpopmail WHERE pw_name = :local'), /more than one row/],
    ['a column that is no text', sqlite('SELECT 1 WHERE :user IS NOT NULL'), /is no text/],
    ['a table that is not there', sqlite('SELECT p FROM nowhere WHERE n = :user'), /no such table/],
    ['a query that is none', sqlite('SELEC :user'), /syntax error/],
    ['a query that writes', sqlite("INSERT INTO vpopmail VALUES (:user, '', '', '') RETURNING 'a'"), /readonly/],
    ['a file that is not there', sqlite(CLEAR, join(directory, 'nowhere')), /unable to open/],
    ['a file that is no database', sqlite(CLEAR, notDatabase()), /not a database/],
  ] as const)
    test(`${what} is unknown`, async () => {
      const match = await store.logIn(what.includes('more') ? 'twin' : 'ann@example.org', 'pencil')
      assert.equal(match.truth, 'unknown')
      assert.match(match.because ?? '', because)
    })
  test('a database that somebody has locked is unknown at once, and answers again later', async () => {
    const other = new DatabaseSync(file)
    other.exec('BEGIN EXCLUSIVE')
    const store = sqlite()
    assert.match((await store.logIn('ann@example.org', 'pencil')).because ?? '', /locked/)
    other.exec('ROLLBACK')
    other.close()
    assert.equal((await store.logIn('ann@example.org', 'pencil')).truth, 'hit')
  })
})

function notDatabase(): string {
  const path = join(directory, 'text')
  writeFileSync(path, 'this is no database, and long enough to be looked at: '.repeat(100))
  return path
}

describe('the URL of a PostgreSQL', () => {
  const tls = { caFile: undefined }
  for (const [url, place] of [
    ['postgres://ann@db.example/mail', { host: 'db.example', port: 5432, user: 'ann', database: 'mail', tls }],
    ['postgresql://db.example:5433', { host: 'db.example', port: 5433, user: undefined, database: undefined, tls }],
    [
      'postgres://a%40b@localhost/m%20x',
      { host: 'localhost', port: 5432, user: 'a@b', database: 'm x', tls: undefined },
    ],
    ['postgres://[::1]/mail', { host: '::1', port: 5432, user: undefined, database: 'mail', tls: undefined }],
    [
      'postgres:///mail?host=/run/pg',
      { host: '/run/pg', port: 5432, user: undefined, database: 'mail', tls: undefined },
    ],
    ['postgres://db/x?sslmode=disable', { host: 'db', port: 5432, user: undefined, database: 'x', tls: undefined }],
    [
      'postgres://localhost/x?sslmode=verify-full&sslrootcert=/ca.pem',
      { host: 'localhost', port: 5432, user: undefined, database: 'x', tls: { caFile: '/ca.pem' } },
    ],
  ] as const)
    test(url, () => assert.deepEqual(readDatabaseUrl(url, { port: 5432, directory: '.' }), place))
})

describe('a database that cannot be one is refused at load', () => {
  for (const [database, because] of [
    ['sqlite:', /followed by the name of a file/],
    ['sqlite::memory:', /followed by the name of a file/],
    ['oracle://localhost/mail', /is `sqlite:FILE`, `postgres:\/\/…` or `mysql:\/\/…`, not `oracle`/],
    ['postgres://ann:sesame@db/mail', /a password has no place in rules/],
    ['postgres://ann@db/mail?password=sesame', /a password has no place in rules/],
    ['postgres://[', /cannot be read/],
    ['postgres://ann@db/mail?sslmode=require', /verify-full or disable, not require/],
    ['postgres://ann@db/mail?options=x', /has options; host, sslmode and sslrootcert are known/],
  ] as const)
    test(database.replace('sesame', '…'), () =>
      assert.throws(
        () => compiled(authSql, { database, query: CLEAR }),
        (error: Error) => because.test(error.message) && !error.message.includes('sesame'),
      ),
    )
  test('a proof of another rule is none of ours', async () => {
    const [one, other] = [sqlite(), sqlite()]
    const [given] = await provided(one, 'ann@example.org')
    const proof = attemptOf({ mechanism: 'SCRAM-SHA-1', provedBy: given?.by })
    assert.equal((await one.ask(proof)).truth, 'hit')
    assert.equal((await other.ask(proof)).truth, 'miss')
  })
})
