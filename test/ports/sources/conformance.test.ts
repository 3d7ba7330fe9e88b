/** Every kind of source through one suite: the same keys, the same answers, whoever keeps them. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import type { KeyedSource, Resolver } from '../../../src/core/ports.ts'
import { fakeBackend, HANG } from '../auth/fake-backend.ts'
import { freePort } from '../../support/free-port.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { atEnd } from '../../support/ends.ts'
import { listenOnLoopback } from './loopback.ts'
import * as servers from '../../support/real/servers.ts'
import { sourceAt } from './world.ts'

const ENTRIES: servers.Entries = new Map([
  ['ann@example.org', ''],
  ['@example.net', 'sends what nobody wants'],
  ["o'hara@example.org", "it's quoted"],
  ['zoë@example.org', 'größer'],
  ['100%_\\x@example.org', 'wild cards'],
  ['192.0.2.', 'a network'],
])

/** Nobody has these, though some could mean somebody to who takes them for more than keys. */
const HOSTILE = [
  '*',
  '%',
  'ann@example.or_',
  "' OR '1'='1",
  "x'; DROP TABLE listed; --",
  'x)(o=*',
  '*)(|(o=*',
  '\\2a',
  '../ann@example.org',
  'ann@example.org?x=',
  'ann@example.org#',
  'x\r\nGET ann@example.org',
  '__proto__',
  '${ann@example.org}',
  ':key',
  'ann@example.org\0',
  'x'.repeat(5000),
]

interface Subject {
  readonly skip: string | false
  /** Answers with the URL. */
  readonly start: () => Promise<string> | string
  /** Of one that cannot be asked. */
  readonly away: string
  /** Of one that takes connections and says nothing. */
  readonly silent?: (port: number) => string
  /** Questions go through a resolver. */
  readonly resolver?: Resolver
}

const directory = temporaryDirectory({ after: atEnd })
const at = (name: string): string => join(directory, name)
const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`
const inserts = (escape: (text: string) => string): string =>
  Array.from(
    ENTRIES,
    ([key, value]) => `INSERT INTO listed VALUES (${escape(key)}, ${value === '' ? 'NULL' : escape(value)});`,
  ).join('\n')
const TABLE = 'CREATE TABLE listed (address VARCHAR(191) PRIMARY KEY, reason VARCHAR(191))'

async function startRedis(): Promise<number> {
  const port = await freePort()
  const server = await servers.startRedis(port)
  atEnd(() => server.stop())
  const client = new Redis({ port, host: '127.0.0.1' })
  for (const [key, value] of ENTRIES) {
    await client.set(`postern:${key}`, value)
    await client.hset('listed', key, value)
  }
  await client.quit()
  return port
}

async function startWeb(): Promise<string> {
  const port = await listenOnLoopback(
    createServer((request, response) => {
      const key = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname.slice('/map/'.length))
      const value = ENTRIES.get(key)
      response.writeHead(value === undefined ? 404 : 200).end(value)
    }),
  )
  return `http://127.0.0.1:${port}/map/{key}`
}

const digests: Resolver = {
  async resolve(name, type) {
    const { createHash } = await import('node:crypto')
    const keys = [...ENTRIES.keys()]
    const key = keys.find((one) => name === `${createHash('sha256').update(one).digest('hex')}.hash.example`)
    const value = key === undefined ? undefined : (ENTRIES.get(key) ?? '')
    return value === undefined || type !== 'TXT' ? { kind: 'none' } : { kind: 'found', records: [value] }
  },
}

const SQL = '#table=listed&key=address&value=reason&password=env:DB_PASSWORD'
const LDAP = '#filter=(o={key})&attribute=description&tls=none&bind_dn=cn=reader,dc=example,dc=org'

const SUBJECTS: Readonly<Record<string, Subject>> = {
  cdb: {
    skip: servers.noCdb,
    start() {
      servers.makeCdb(at('listed.cdb'), ENTRIES)
      return `cdb:${at('listed.cdb')}`
    },
    away: `cdb:${at('nowhere.cdb')}`,
  },
  sqlite: {
    skip: false,
    start() {
      const database = new DatabaseSync(at('listed.db'))
      database.exec(`${TABLE};${inserts(sqlText)}`)
      database.close()
      return `sqlite:${at('listed.db')}#table=listed&key=address&value=reason`
    },
    away: `sqlite:${at('nowhere.db')}#table=listed&key=address`,
  },
  postgres: {
    skip: servers.noPostgres,
    start: async () =>
      `postgres://postern@127.0.0.1:${(await servers.startPostgres(`${TABLE};${inserts(sqlText)}`)).port}/postgres${SQL}`,
    away: `postgres://postern@127.0.0.1:1/mail${SQL}`,
    silent: (port) => `postgres://postern@127.0.0.1:${port}/mail${SQL}`,
  },
  mysql: {
    skip: servers.noMariadb,
    start: async () => {
      const escape = (text: string): string => sqlText(text.replaceAll('\\', '\\\\'))
      const table = `${TABLE} COLLATE utf8mb4_bin`
      return `mysql://postern@127.0.0.1:${await servers.startMariadb(`${table};${inserts(escape)}`)}/mail${SQL}`
    },
    away: `mysql://postern@127.0.0.1:1/mail${SQL}`,
    silent: (port) => `mysql://postern@127.0.0.1:${port}/mail${SQL}`,
  },
  'redis strings': {
    skip: servers.noRedis,
    start: async () => `redis://127.0.0.1:${await startRedis()}#prefix=postern:`,
    away: 'redis://127.0.0.1:1#prefix=postern:',
    silent: (port) => `redis://127.0.0.1:${port}#prefix=postern:`,
  },
  'redis hash': {
    skip: servers.noRedis,
    start: async () => `redis://127.0.0.1:${await startRedis()}/0#hash=listed`,
    away: 'redis://127.0.0.1:1#hash=listed',
    silent: (port) => `redis://127.0.0.1:${port}#hash=listed`,
  },
  ldap: {
    skip: servers.noSlapd,
    start: async () => {
      writeFileSync(at('reader'), 'readerpw\n')
      const port = await servers.startSlapd(ENTRIES)
      return `ldap://127.0.0.1:${port}/${servers.LDAP_BASE}${LDAP}&password=file:${at('reader')}`
    },
    away: `ldap://127.0.0.1:1/${servers.LDAP_BASE}#filter=(o={key})&tls=none`,
    silent: (port) => `ldap://127.0.0.1:${port}/${servers.LDAP_BASE}#filter=(o={key})&tls=none`,
  },
  'http map': {
    skip: false,
    start: startWeb,
    away: 'http://127.0.0.1:1/map/{key}',
    silent: (port) => `http://127.0.0.1:${port}/map/{key}`,
  },
  'http list': {
    skip: false,
    async start() {
      const text = Array.from(ENTRIES, ([key, value]) => `${key} ${value}\n`).join('')
      return `http://127.0.0.1:${await listenOnLoopback(createServer((_, response) => response.end(text)))}/list`
    },
    away: 'http://127.0.0.1:1/list',
    silent: (port) => `http://127.0.0.1:${port}/list`,
  },
  dns: {
    skip: false,
    start: () => 'dns:hash.example#hash=sha256&type=TXT',
    away: 'dns:hash.example#hash=sha256&type=TXT',
    resolver: digests,
  },
}

describe('a MySQL with TLS', { skip: servers.noMariadb }, () => {
  let port = 0
  before(async () => (port = await servers.startMariadb(`${TABLE};${inserts(sqlText)}`)))
  const ask = async (host: string, parameters: string): Promise<string> => {
    const source = sourceAt(`mysql://postern@${host}:${port}/mail?sslmode=verify-full${parameters}${SQL}`)
    const answer = await source.lookup('@example.net')
    await source.close()
    return JSON.stringify(answer)
  }
  it('is asked when its certificate is good', async () =>
    assert.match(await ask('localhost', `&sslrootcert=${servers.tlsFile('ca.pem')}`), /what nobody wants/))
  it('is not asked with a certificate that nobody we know has signed', async () =>
    assert.match(await ask('localhost', ''), /certificate|issuer/))
  it('is not named by its address: mysql2 checks names only', () =>
    assert.throws(() => sourceAt(`mysql://u@127.0.0.1/mail?sslmode=verify-full${SQL}`), /by name, not by address/))
})

for (const [name, { skip, start, away, silent, resolver }] of Object.entries(SUBJECTS))
  describe(`a source: ${name}`, { skip }, () => {
    let source: KeyedSource
    let url = ''
    const world = resolver ? { resolver } : {}
    const kind = name === 'http list' ? 'string' : 'address'
    before(async () => {
      url = await start()
      source = sourceAt(url, world, kind)
    })
    after(() => source.close())

    for (const [key, value] of ENTRIES)
      it(`finds ${key}`, async () => assert.deepEqual(await source.lookup(key), { kind: 'found', values: [value] }))
    it('does not find what is not there', async () => {
      for (const key of ['bob@example.org', 'example.net', '192.0.2.7'])
        assert.deepEqual(await source.lookup(key), { kind: 'none' })
    })
    for (const key of HOSTILE)
      it(`takes for a key: ${JSON.stringify(key.slice(0, 40))}`, async () => {
        assert.notEqual((await source.lookup(key)).kind, 'found')
        assert.equal((await source.lookup('ann@example.org')).kind, 'found')
      })
    it('answers many at once', async () => {
      const keys = Array.from({ length: 300 }, (_, index) =>
        index % 3 === 0 ? '@example.net' : `nobody${index}@example.org`,
      )
      const answers = await Promise.all(keys.map((key) => source.lookup(key)))
      assert.deepEqual(
        new Set(answers.map(({ kind }, index) => `${index % 3 === 0} ${kind}`)),
        new Set(['true found', 'false none']),
      )
    })
    it('answers again after it was closed, for who opens it again', async () => {
      const other = sourceAt(url, world, kind)
      await other.close()
      const third = sourceAt(url, world, kind)
      assert.equal((await third.lookup('ann@example.org')).kind, 'found')
      await third.close()
    })
    it('fails when it is away', async () => {
      const other = sourceAt(away)
      const answer = await other.lookup('ann@example.org')
      assert.equal(answer.kind, 'failed')
      assert.ok(answer.kind === 'failed' && answer.because.length > 0 && !answer.because.includes('sesame'))
      await other.close()
    })
    if (silent)
      it('fails in time when it is silent, and keeps nobody waiting', async () => {
        const [fake, clock] = [await fakeBackend([['', HANG]]), fakeClock()]
        const other = sourceAt(silent(fake.port), { clock })
        const answers = Promise.all([other.lookup('ann@example.org'), other.lookup('bob@example.org')])
        await fake.reached
        clock.advance(2000)
        for (const answer of await answers)
          assert.deepEqual(answer, { kind: 'failed', because: 'no answer within 2000 ms' })
        await other.close()
      })
  })
