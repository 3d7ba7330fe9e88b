/** Every kind of question through one suite: the same facts, the same answers, whoever keeps them. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import type { QuestionDraft } from '../../../src/core/question.ts'
import { atEnd } from '../../support/ends.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import * as servers from '../../support/real/servers.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { fakeBackend, HANG } from '../auth/fake-backend.ts'
import { listenOnLoopback } from '../sources/loopback.ts'
import { type Asking, asking, httpQuestion, ldapQuestion, said, sqlQuestion } from './questions.ts'

/** Sender, client, and what is known of both together; the last value may be absent. */
const ENTRIES = [
  ['ann@example.org', '192.0.2.7', 'reject', 'sends what nobody wants'],
  ["o'hara@example.org", '192.0.2.7', 'allow', "it's quoted"],
  ['zoë@example.org', '2001:db8::7', 'allow', 'größer'],
  ['100%_\\x"@example.org', '192.0.2.8', 'defer', undefined],
  ['a*(b)c@example.org', '192.0.2.8', 'allow', 'wild cards'],
] as const

/** Nobody has these, though some could mean somebody to who takes them for more than values. */
const HOSTILE = [
  '*',
  '%',
  '_nn@example.org',
  "' OR '1'='1",
  "x' OR 1=1 --",
  "ann@example.org'; DROP TABLE access; --",
  "\\' OR 1=1 --",
  '" OR ""="',
  '$1',
  '?',
  ':sender',
  '*)(|(o=*',
  'ann@example.org)(o=*',
  '\\2a',
  '../ann@example.org',
  'ann@example.org?sender=x',
  'ann@example.org&client=192.0.2.7',
  'ann@example.org#',
  'x\r\nGET /ann@example.org HTTP/1.1\r\n\r\n',
  '__proto__',
  '${ann@example.org}',
  'ann@example.org\0',
  '\0',
  '\ud800',
  '\u202eann@example.org',
  'x'.repeat(5000),
]

interface Subject {
  readonly skip: string | false
  readonly start: () => Promise<QuestionDraft> | QuestionDraft
  /** Of one that cannot be asked. */
  readonly away: QuestionDraft
  /** Of one that takes connections and says nothing. */
  readonly silent?: (port: number) => QuestionDraft
}

const directory = temporaryDirectory({ after: atEnd })
const at = (name: string): string => join(directory, name)
const sqlText = (text: string | undefined): string => (text === undefined ? 'NULL' : `'${text.replaceAll("'", "''")}'`)
const table = (escape = sqlText): string =>
  [
    'CREATE TABLE access (sender VARCHAR(190), client VARCHAR(50), action VARCHAR(190), reason VARCHAR(190));',
    ...ENTRIES.map((row) => `INSERT INTO access VALUES (${row.map((text) => escape(text)).join(', ')});`),
  ].join('\n')

const QUERY = 'SELECT action, reason FROM access WHERE sender = ${sender} AND client = ${remote_ip}'
const inDatabase = (database: string, password: string | undefined = 'env:DB_PASSWORD'): QuestionDraft =>
  sqlQuestion(QUERY, { database, columns: ['action', 'reason'], password })
const inDirectory = (port: number): QuestionDraft =>
  ldapQuestion('(&(o=${sender})(ou=${remote_ip}))', {
    url: `ldap://127.0.0.1:${port}`,
    attributes: ['title', 'description'],
    bindDn: 'cn=reader,dc=example,dc=org',
    password: `file:${at('reader')}`,
  })
const onWeb = (port: number): QuestionDraft =>
  httpQuestion(`http://127.0.0.1:${port}/check?sender=\${sender}&client=\${remote_ip}`, { paths: ['action', 'reason'] })

async function startWeb(): Promise<QuestionDraft> {
  const port = await listenOnLoopback(
    createServer((request, response) => {
      const { searchParams, pathname } = new URL(request.url ?? '', 'http://x')
      const isPlain = pathname === '/check' && [...searchParams.keys()].join() === 'sender,client'
      const row = ENTRIES.find(([a, b]) => a === searchParams.get('sender') && b === searchParams.get('client'))
      const body = row && JSON.stringify({ action: row[2], reason: row[3] })
      response.writeHead(isPlain ? (row ? 200 : 404) : 500).end(body)
    }),
  )
  return onWeb(port)
}

async function startDirectory(): Promise<QuestionDraft> {
  writeFileSync(at('reader'), 'readerpw\n')
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const people = ENTRIES.map(([sender, client, action, reason], index) =>
    [
      `dn: cn=p${index},${servers.LDAP_BASE}`,
      'objectClass: inetOrgPerson',
      `cn: p${index}`,
      'sn: x',
      `o:: ${base64(sender)}`,
      `ou: ${client}`,
      `title: ${action}`,
      ...(reason === undefined ? [] : [`description:: ${base64(reason)}`]),
      '',
    ].join('\n'),
  )
  const access = [`to * by dn.base="cn=reader,${servers.LDAP_BASE}" read by anonymous auth`]
  const { port } = await servers.openSlapd(people.join('\n'), access)
  return inDirectory(port)
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  sqlite: {
    skip: false,
    start() {
      const database = new DatabaseSync(at('access.db'))
      database.exec(table())
      database.close()
      return sqlQuestion(QUERY, { database: `sqlite:${at('access.db')}`, columns: ['action', 'reason'] })
    },
    away: sqlQuestion(QUERY, { database: `sqlite:${at('nowhere.db')}` }),
  },
  postgres: {
    skip: servers.noPostgres,
    start: async () =>
      inDatabase(`postgres://postern@127.0.0.1:${(await servers.startPostgres(table())).port}/postgres`),
    away: inDatabase('postgres://postern@127.0.0.1:1/mail'),
    silent: (port) => inDatabase(`postgres://postern@127.0.0.1:${port}/mail`),
  },
  mysql: {
    skip: servers.noMariadb,
    start: async () => {
      const escape = (text: string | undefined): string => sqlText(text?.replaceAll('\\', '\\\\'))
      const text = table(escape).replace('VARCHAR(190));', 'VARCHAR(190)) COLLATE utf8mb4_bin;')
      return inDatabase(`mysql://postern@127.0.0.1:${await servers.startMariadb(text)}/mail`)
    },
    away: inDatabase('mysql://postern@127.0.0.1:1/mail'),
    silent: (port) => inDatabase(`mysql://postern@127.0.0.1:${port}/mail`),
  },
  ldap: { skip: servers.noSlapd, start: startDirectory, away: inDirectory(1), silent: inDirectory },
  http: { skip: false, start: startWeb, away: onWeb(1), silent: onWeb },
}

for (const [name, { skip, start, away, silent }] of Object.entries(SUBJECTS))
  describe(`a question: ${name}`, { skip }, () => {
    let subject: Asking
    before(async () => (subject = asking(await start())))
    after(() => subject.close())

    const isThere = async (): Promise<boolean> => (await subject.ask('ann@example.org', '192.0.2.7')).kind === 'found'
    const foundBy = async (sender: string, client: string): Promise<readonly unknown[]> => {
      const answer = await subject.ask(sender, client)
      return answer.kind === 'found'
        ? ['action', 'title', 'reason', 'description'].flatMap((one) => answer.values.get(one) ?? [])
        : [answer.kind]
    }

    for (const [sender, client, action, reason] of ENTRIES)
      it(`finds ${sender} with ${client}`, async () =>
        assert.deepEqual(await foundBy(sender, client), reason === undefined ? [action] : [action, reason]))
    it('does not find what is known apart, and not together', async () => {
      assert.equal(said(await subject.ask('ann@example.org', '192.0.2.8')), 'none')
      assert.equal(said(await subject.ask('bob@example.org', '192.0.2.7')), 'none')
    })
    for (const value of HOSTILE)
      it(`takes for a value: ${JSON.stringify(value.slice(0, 40))}`, async () => {
        assert.notEqual((await subject.ask(value, '192.0.2.7')).kind, 'found')
        assert.notEqual((await subject.ask('ann@example.org', value)).kind, 'found')
        assert.ok(await isThere())
      })
    it('answers many at once', async () => {
      const asked = Array.from({ length: 200 }, (_, index) =>
        subject.ask(index % 2 === 0 ? 'ann@example.org' : `nobody${index}@example.org`, '192.0.2.7'),
      )
      const kinds = (await Promise.all(asked)).map(({ kind }, index) => `${index % 2 === 0} ${kind}`)
      assert.deepEqual(new Set(kinds), new Set(['true found', 'false none']))
    })
    it('fails when nobody is there, and tells no password', async () => {
      const other = asking(away)
      const answer = await other.ask('ann@example.org', '192.0.2.7')
      assert.ok(answer.kind === 'failed' && answer.because.length > 0 && !/sesame|readerpw/.test(answer.because))
      await other.close()
    })
    if (silent)
      it('fails in time when it is silent', async () => {
        const [fake, clock] = [await fakeBackend([['', HANG]]), fakeClock()]
        const other = asking(silent(fake.port), { clock })
        const answers = Promise.all([other.ask('ann@example.org', '192.0.2.7'), other.ask('b', 'c')])
        await fake.reached
        clock.advance(2000)
        for (const answer of await answers)
          assert.deepEqual(answer, { kind: 'failed', because: 'no answer within 2000 ms' })
        await other.close()
      })
  })

const READ_ONLY: readonly (readonly [string, string, string])[] = [
  ['postgres', "SELECT current_setting('transaction_read_only') AS a", 'on'],
  ['mysql', 'SELECT @@session.tx_read_only AS a', '1'],
]

describe('a database', () => {
  for (const [name, query, expected] of READ_ONLY)
    it(`is not written to, whatever a query does: ${name}`, { skip: SUBJECTS[name]?.skip ?? false }, async () => {
      const draft = await SUBJECTS[name]?.start()
      assert.ok(draft?.kind === 'sql')
      const other = asking(sqlQuestion(query, { ...draft, columns: ['a'], text: [query] }))
      assert.deepEqual(said(await other.ask()), { a: expected })
      await other.close()
    })

  it('is not written to, whatever a query does: sqlite', async () => {
    const text = 'DELETE FROM access RETURNING action AS a'
    const other = asking(sqlQuestion(text, { database: `sqlite:${at('access.db')}`, columns: ['a'] }))
    const answer = await other.ask()
    assert.ok(answer.kind === 'failed' && /readonly/.test(answer.because))
  })

  it('answers NULL for what is absent, which equals nothing', async () => {
    const draft = sqlQuestion(QUERY, { database: `sqlite:${at('access.db')}`, columns: ['action', 'reason'] })
    assert.equal(said(await asking(draft).ask(undefined, '192.0.2.7')), 'none')
  })

  it('has answers of all types as one line of text', async () => {
    const text =
      "SELECT 1 AS a, 2.5 AS b, NULL AS c, x'c3a9' AS d, 'x' || char(13, 10, 0x2028) || 'y' AS e, ${long} AS f"
    const draft = sqlQuestion(text, { database: `sqlite:${at('access.db')}`, columns: ['a', 'b', 'c', 'd', 'e', 'f'] })
    const found = said(await asking(draft).ask('z'.repeat(2000)))
    assert.deepEqual(found, { a: '1', b: '2.5', d: 'é', e: 'x y', f: 'z'.repeat(1000) })
  })
})
